namespace LLMBlender.Inference.Tokenization.Bytes;

/// <summary>A reusable, growing byte buffer.</summary>
internal sealed class ByteBuffer
{
    private byte[] bytes = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void Append(byte value)
    {
        if (Length == bytes.Length)
        {
            Grow(1);
        }

        bytes[Length++] = value;
    }

    /// <summary>Space for at least <paramref name="count"/> bytes after the current ones; see <see cref="Advance"/>.</summary>
    public Span<byte> Reserve(int count)
    {
        if (bytes.Length - Length < count)
        {
            Grow(count);
        }

        return bytes.AsSpan(Length);
    }

    /// <summary>Adds bytes written to the reserved space.</summary>
    public void Advance(int count) => Length += count;

    private void Grow(int count) =>
        Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, Math.Max((long)Length + count, 2L * bytes.Length)));
}
