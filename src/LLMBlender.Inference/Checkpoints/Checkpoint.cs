using System.Buffers;
using System.Runtime.InteropServices;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>
/// The tensors of a Hugging Face folder or weights file, read one at a time: safetensors, or PyTorch's zip-pickle format, read without
/// executing any of its code.
/// </summary>
/// <remarks>
/// Opening reads only the table of tensors; each read accesses the tensor's position in the file, so memory usage is about the size of the
/// largest tensor. Reads may run concurrently. An invalid file causes a <see cref="ModelException"/>. PyTorch's per-entry CRC-32 is not
/// verified: a download is verified against its manifest.
/// </remarks>
public abstract class Checkpoint : IDisposable
{
    private const int ChunkBytes = 256 * 1024;

    private protected Checkpoint(string path) => Path = path;

    /// <summary>The weights file, or the index file of a sharded checkpoint.</summary>
    public string Path { get; }

    /// <summary>All tensors by name, in file order.</summary>
    public abstract IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>Opens a checkpoint.</summary>
    /// <param name="path">
    /// A weights file, an index of shards, or a folder. In a folder the following are tried, in order: <c>model.safetensors</c>,
    /// <c>model.safetensors.index.json</c>, <c>pytorch_model.bin</c>, <c>pytorch_model.bin.index.json</c>, the only <c>*.safetensors</c>,
    /// the only <c>*.bin</c>.
    /// </param>
    /// <exception cref="ModelException">No checkpoint, more than one checkpoint, or an invalid file.</exception>
    public static Checkpoint Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return CheckpointFinder.Open(path);
    }

    /// <summary>Returns the metadata of a tensor.</summary>
    /// <exception cref="ModelException">The checkpoint has no such tensor.</exception>
    public TensorInfo Find(string name) =>
        Tensors.TryGetValue(name, out var tensor)
            ? tensor
            : throw new ModelException(Path, $"has no tensor {Quote.Of(name)} among its {Tensors.Count}{PrefixedNameHint(name)}");

    /// <summary>Reads a floating-point tensor, row-major, converted to 32 bits (Float64 is rounded).</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="destination">A span of the tensor's element count.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="ModelException">No such tensor, not floating-point, or the file ends too early.</exception>
    public void Read(string name, Span<float> destination)
    {
        var tensor = FindFloat(name);
        if (destination.Length != tensor.ElementCount)
        {
            throw new ArgumentException($"{tensor} does not fit {destination.Length} elements", nameof(destination));
        }

        Convert(Locate(tensor), tensor.Type, destination);
    }

    /// <inheritdoc cref="Read(string, Span{float})"/>
    /// <returns>The tensor's elements, row-major.</returns>
    public float[] Read(string name)
    {
        var tensor = FindFloat(name);
        if (tensor.ElementCount > Array.MaxLength)
        {
            throw new ModelException(Path, $"{tensor} has more elements than one array holds ({Array.MaxLength})");
        }

        var values = GC.AllocateUninitializedArray<float>((int)tensor.ElementCount);
        Convert(Locate(tensor), tensor.Type, values);
        return values;
    }

    /// <summary>Reads a tensor's elements as stored: little-endian, contiguous, row-major.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="destination">A span of the tensor's byte count.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="ModelException">No such tensor, or the file ends too early.</exception>
    public void ReadBytes(string name, Span<byte> destination)
    {
        var tensor = Find(name);
        if (destination.Length != tensor.ByteCount)
        {
            throw new ArgumentException($"{tensor} does not fit {destination.Length} bytes", nameof(destination));
        }

        Locate(tensor).CopyTo(0, destination);
    }

    /// <summary>Whether two tensors have the same type, shape and bytes.</summary>
    internal bool AreEqual(string one, string other)
    {
        var (first, second) = (Find(one), Find(other));
        if (first.Type != second.Type || !first.Shape.AsSpan().SequenceEqual(second.Shape.AsSpan()))
        {
            return false;
        }

        var (left, right) = (Locate(first), Locate(second));
        var (a, b) = (ArrayPool<byte>.Shared.Rent(ChunkBytes), ArrayPool<byte>.Shared.Rent(ChunkBytes));
        var start = 0L;
        var isSame = true;
        while (isSame && start < first.ByteCount)
        {
            var count = (int)Math.Min(ChunkBytes, first.ByteCount - start);
            left.CopyTo(start, a.AsSpan(0, count));
            right.CopyTo(start, b.AsSpan(0, count));
            isSame = a.AsSpan(0, count).SequenceEqual(b.AsSpan(0, count));
            start += count;
        }

        ArrayPool<byte>.Shared.Return(a);
        ArrayPool<byte>.Shared.Return(b);
        return isSame;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Returns the location of the tensor's bytes.</summary>
    internal abstract StoredBytes Locate(TensorInfo tensor);

    /// <summary>Closes the files.</summary>
    protected abstract void Dispose(bool disposing);

    // torch.compile and data-parallel wrappers save every name with a prefix.
    private string PrefixedNameHint(string name)
    {
        if (Tensors.Keys.FirstOrDefault(there => there.EndsWith("." + name, StringComparison.Ordinal)) is { } longer)
        {
            return $", but {Quote.Of(longer)} exists: save the checkpoint without the prefix {Quote.Of(longer[..^name.Length])}";
        }

        return Tensors.Keys.FirstOrDefault() is { } first ? $", such as {Quote.Of(first)}" : "";
    }

    private TensorInfo FindFloat(string name)
    {
        var tensor = Find(name);
        return tensor.Type.IsFloat()
            ? tensor
            : throw new ModelException(
                Path,
                $"{tensor} is not floating-point, so it can't be read as numbers of 32 bits");
    }

    private static void Convert(StoredBytes source, TensorType type, Span<float> destination)
    {
        if (type is TensorType.Float32)
        {
            CopyFloats(source, destination);
            return;
        }

        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        for (var start = 0L; !destination.IsEmpty;)
        {
            var part = destination[..Math.Min(ChunkBytes / type.ElementSize(), destination.Length)];
            var bytes = chunk.AsSpan(0, part.Length * type.ElementSize());
            source.CopyTo(start, bytes);
            FloatConversion.Widen(type, bytes, part);
            start += bytes.Length;
            destination = destination[part.Length..];
        }

        ArrayPool<byte>.Shared.Return(chunk);
    }

    private static void CopyFloats(StoredBytes source, Span<float> destination)
    {
        // A byte span is limited to 2 GiB, a float span to 8.
        const int Most = 1 << 28;
        for (var start = 0L; !destination.IsEmpty;)
        {
            var bytes = MemoryMarshal.AsBytes(destination[..Math.Min(Most, destination.Length)]);
            source.CopyTo(start, bytes);
            start += bytes.Length;
            destination = destination[(bytes.Length / sizeof(float))..];
        }
    }
}
