namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>Locates tensors in an archive's <c>data/KEY</c> entries, and checks that they are within bounds.</summary>
internal sealed class TorchStorages(StoredZip zip, string folder, string file)
{
    private readonly Dictionary<string, long> starts = new(StringComparer.Ordinal);

    /// <summary>The tensor's location in the file.</summary>
    /// <exception cref="ModelException">Its shape, strides, offset or storage is invalid.</exception>
    public TensorLayout Place(string name, TorchTensor tensor)
    {
        var size = tensor.Storage.Type.ElementSize();
        if (TensorInfo.Problem(tensor.Storage.Type, tensor.Shape) is { } problem)
        {
            throw Refuse(problem);
        }

        if (Array.Exists(tensor.Strides, stride => stride < 0))
        {
            throw Refuse($"has the strides [{string.Join(", ", tensor.Strides)}], and strides are 0 or more");
        }

        // Views may overlap themselves, but a small file must not become a large tensor.
        var count = tensor.Shape.Aggregate(1L, (product, dimension) => product * dimension);
        if (count > tensor.Storage.Count)
        {
            throw Refuse(
                $"has {count} elements on a storage of {tensor.Storage.Count}, and expanded tensors are not read");
        }

        if (TensorLayout.Span(tensor.Shape, tensor.Strides) is not { } span
            || tensor.Offset < 0 || span > tensor.Storage.Count || tensor.Offset > tensor.Storage.Count - span)
        {
            throw Refuse(
                $"has the shape [{string.Join(", ", tensor.Shape)}] with strides "
                + $"[{string.Join(", ", tensor.Strides)}] from element "
                + $"{tensor.Offset} on, and its storage has {tensor.Storage.Count} elements");
        }

        return new TensorLayout(Start(name, tensor.Storage) + (tensor.Offset * size), tensor.Strides, span * size);

        ModelException Refuse(string problem) => new(file, $"tensor {Quote.Of(name)} {problem}");
    }

    private long Start(string name, TorchStorage storage)
    {
        var entry = zip.Find($"{folder}/data/{storage.Key}")
            ?? throw new ModelException(
                file,
                $"tensor {Quote.Of(name)} is in the entry {Quote.Of("data/" + storage.Key)}, which the archive lacks");
        if (entry.Size / storage.Type.ElementSize() != storage.Count)
        {
            throw new ModelException(
                file,
                $"tensor {Quote.Of(name)} is on a storage of {storage.Count} {storage.Type}, and its entry "
                + $"{Quote.Of(entry.Name)} has {entry.Size} bytes");
        }

        if (!starts.TryGetValue(storage.Key, out var start))
        {
            starts.Add(storage.Key, start = zip.Locate(entry));
        }

        return start;
    }
}
