using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>
/// Writes a safetensors file: declares all tensors first, then writes their elements in any order and in pieces of any size, so that no
/// tensor has to be in memory as a whole.
/// </summary>
/// <remarks>
/// The same declarations and elements give the same bytes. Data starts at a multiple of 64 bytes; tensors are contiguous, in declaration
/// order. Data is written to <c>NAME.partial</c>, which <see cref="Finish"/> renames; disposing an unfinished writer deletes it. Not
/// thread-safe.
/// </remarks>
public sealed class SafetensorsWriter : IDisposable
{
    private const int ChunkBytes = 256 * 1024;

    private readonly string path;
    private readonly string partial;
    private readonly SafeFileHandle handle;
    private readonly OrderedDictionary<string, Slot> slots = new(StringComparer.Ordinal);
    private bool finished;

    private SafetensorsWriter(
        string path, IReadOnlyList<TensorInfo> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var header = SafetensorsHeader.Compose(tensors, metadata);
        var offset = (long)header.Length;
        foreach (var tensor in tensors)
        {
            slots.Add(tensor.Name, new Slot(tensor, offset));
            offset += tensor.ByteCount;
        }

        this.path = path;
        partial = path + ".partial";
        handle = File.OpenHandle(partial, FileMode.Create, FileAccess.Write, preallocationSize: offset);
        RandomAccess.Write(handle, header, 0);
    }

    /// <summary>Creates a writer; <see cref="Finish"/> replaces an existing file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Every tensor to write, in file order.</param>
    /// <param name="metadata">The entries of <c>__metadata__</c>, written in ordinal order of their keys.</param>
    /// <exception cref="ArgumentException">A duplicate or reserved name, a negative dimension, or a header over 100 MB.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public static SafetensorsWriter Create(
        string path, IReadOnlyList<TensorInfo> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        new(path, tensors, metadata);

    /// <summary>The offset of a tensor's bytes from the start of the file.</summary>
    /// <exception cref="ArgumentException">The tensor was not declared.</exception>
    public long OffsetOf(string name) => Find(name).Offset;

    /// <summary>Writes a tensor's next elements, converted to its declared type: rounded to nearest, ties to even.</summary>
    /// <param name="name">A declared floating-point tensor.</param>
    /// <param name="values">Some or all of its remaining elements, row-major.</param>
    /// <exception cref="ArgumentException">Not declared, not floating-point, or more elements than remain.</exception>
    public void Write(string name, ReadOnlySpan<float> values)
    {
        var slot = Find(name);
        var type = slot.Tensor.Type;
        if (!type.IsFloat())
        {
            throw new ArgumentException($"{slot.Tensor} is not floating-point: write its bytes", nameof(name));
        }

        slot.Demand((long)values.Length * type.ElementSize());
        if (type is TensorType.Float32)
        {
            WriteFloats(slot, values);
            return;
        }

        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        while (!values.IsEmpty)
        {
            var part = values[..Math.Min(ChunkBytes / type.ElementSize(), values.Length)];
            var bytes = chunk.AsSpan(0, part.Length * type.ElementSize());
            FloatConversion.Narrow(type, part, bytes);
            Append(slot, bytes);
            values = values[part.Length..];
        }

        ArrayPool<byte>.Shared.Return(chunk);
    }

    /// <summary>Writes a tensor's next bytes unchanged: little-endian, row-major.</summary>
    /// <param name="name">A declared tensor.</param>
    /// <param name="bytes">Some or all of its remaining bytes.</param>
    /// <exception cref="ArgumentException">Not declared, or more bytes than remain.</exception>
    public void WriteBytes(string name, ReadOnlySpan<byte> bytes)
    {
        var slot = Find(name);
        slot.Demand(bytes.Length);
        Append(slot, bytes);
    }

    /// <summary>Completes the file and renames it to its final name.</summary>
    /// <exception cref="InvalidOperationException">A tensor is incomplete; the message contains the first one.</exception>
    public void Finish()
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed, this);
        if (slots.Values.FirstOrDefault(slot => slot.Missing > 0) is { } slot)
        {
            throw new InvalidOperationException(
                $"{path}: {slot.Tensor} lacks {slot.Missing} of its {slot.Tensor.ByteCount} bytes");
        }

        handle.Dispose();
        File.Move(partial, path, overwrite: true);
        finished = true;
    }

    /// <summary>Closes the file, and deletes it if it was not finished.</summary>
    public void Dispose()
    {
        handle.Dispose();
        if (!finished)
        {
            File.Delete(partial);
        }
    }

    private Slot Find(string name) =>
        slots.TryGetValue(name, out var slot)
            ? slot
            : throw new ArgumentException($"tensor {Quote.Of(name)} was not declared", nameof(name));

    private void WriteFloats(Slot slot, ReadOnlySpan<float> values)
    {
        // A byte span is limited to 2 GiB, a float span to 8.
        const int Most = 1 << 28;
        for (; !values.IsEmpty; values = values[Math.Min(Most, values.Length)..])
        {
            Append(slot, MemoryMarshal.AsBytes(values[..Math.Min(Most, values.Length)]));
        }
    }

    private void Append(Slot slot, ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(handle, bytes, slot.Offset + slot.Written);
        slot.Written += bytes.Length;
    }

    private sealed class Slot(TensorInfo tensor, long offset)
    {
        public TensorInfo Tensor { get; } = tensor;

        public long Offset { get; } = offset;

        public long Written { get; set; }

        public long Missing => Tensor.ByteCount - Written;

        public void Demand(long bytes)
        {
            if (bytes > Missing)
            {
                throw new ArgumentException($"{bytes} bytes for {Tensor}, which has room for {Missing} more");
            }
        }
    }
}
