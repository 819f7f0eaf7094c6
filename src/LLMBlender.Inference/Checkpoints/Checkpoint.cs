using System.Buffers;
using System.Runtime.InteropServices;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>
/// The tensors of one Hugging Face folder or weights file, read one at a time: safetensors, or PyTorch's zip-pickle
/// read without running anything it says.
/// </summary>
/// <remarks>
/// Opening reads the table of tensors only; each read goes straight to the file at the tensor's place, so memory stays
/// near the largest tensor however large the file. Reads may run concurrently. Whatever is wrong with a file is a
/// <see cref="ModelException"/>. PyTorch's per-entry CRC-32 is not checked: a download is checked against its manifest.
/// </remarks>
public abstract class Checkpoint : IDisposable
{
    private const int ChunkBytes = 256 * 1024;

    private protected Checkpoint(string path) => Path = path;

    /// <summary>The weights file, or for shards their index file.</summary>
    public string Path { get; }

    /// <summary>Every tensor by name, in the file's order.</summary>
    public abstract IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>Opens a checkpoint.</summary>
    /// <param name="path">
    /// A weights file, an index of shards, or a folder. In a folder are tried, in order: <c>model.safetensors</c>,
    /// <c>model.safetensors.index.json</c>, <c>pytorch_model.bin</c>, <c>pytorch_model.bin.index.json</c>, the only
    /// <c>*.safetensors</c>, the only <c>*.bin</c>.
    /// </param>
    /// <exception cref="ModelException">
    /// Nothing to open, more than one thing to open, or a file that breaks a rule.
    /// </exception>
    public static Checkpoint Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return CheckpointFinder.Open(path);
    }

    /// <summary>What the checkpoint says of a tensor.</summary>
    /// <exception cref="ModelException">The checkpoint has no such tensor.</exception>
    public TensorInfo Find(string name) =>
        Tensors.TryGetValue(name, out var tensor)
            ? tensor
            : throw new ModelException(Path, $"has no tensor {Quote.Of(name)} among its {Tensors.Count}{InsteadOf(name)}");

    /// <summary>Reads a floating-point tensor, row-major, widened (or for Float64 rounded) to 32 bits.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="destination">As long as the tensor has elements.</param>
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
    /// <param name="destination">As long as the tensor has bytes.</param>
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
    internal bool HoldsTheSame(string one, string other)
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

    /// <summary>Where the tensor's bytes come from.</summary>
    internal abstract StoredBytes Locate(TensorInfo tensor);

    /// <summary>Closes the files.</summary>
    protected abstract void Dispose(bool disposing);

    // What torch.compile and data-parallel wrappers save has their prefix before every name.
    private string InsteadOf(string name)
    {
        if (Tensors.Keys.FirstOrDefault(there => there.EndsWith("." + name, StringComparison.Ordinal)) is { } longer)
        {
            return $", but {Quote.Of(longer)} is there: save the checkpoint without the prefix {Quote.Of(longer[..^name.Length])}";
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
        // A span of bytes ends at 2 GiB, a span of floats at 8.
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
