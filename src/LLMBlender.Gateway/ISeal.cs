using System.Security.Cryptography;

namespace LLMBlender.Gateway;

/// <summary>Makes codes of what the gateways of a cluster store in Redis, so that what another program wrote there is noticed. Thread-safe.</summary>
public interface ISeal
{
    /// <summary>Length of a code in bytes.</summary>
    int Size { get; }

    /// <summary>Writes the code of a content.</summary>
    /// <param name="content">The content, which says what it is.</param>
    /// <param name="code"><see cref="Size"/> bytes.</param>
    void Sign(ReadOnlySpan<byte> content, Span<byte> code);

    /// <summary>Returns whether a code is that of a content.</summary>
    bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> code);
}

/// <summary>A seal without a key: it notices entries that are damaged, and not those of another program.</summary>
internal sealed class Checksum : ISeal
{
    /// <inheritdoc/>
    public int Size => 16;

    /// <inheritdoc/>
    public void Sign(ReadOnlySpan<byte> content, Span<byte> code) => SHA256.HashData(content).AsSpan(0, Size).CopyTo(code);

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> code) => SHA256.HashData(content).AsSpan(0, Size).SequenceEqual(code);
}
