using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LLMBlender.Silo.Caching;

/// <summary>The key of a comparison: SHA-256, 32 bytes, of ranker version, source, first and second candidate.</summary>
/// <remarks>The two orders of a pair have different keys, because the ranker is not exactly antisymmetric.</remarks>
internal readonly record struct ComparisonKey(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Length of a key in bytes.</summary>
    public const int Size = 32;

    /// <summary>Creates a key from the bytes of a hash.</summary>
    public static ComparisonKey Of(ReadOnlySpan<byte> hash) => MemoryMarshal.Read<ComparisonKey>(hash);

    /// <summary>Copies the bytes of the hash.</summary>
    public void CopyTo(Span<byte> bytes) => MemoryMarshal.Write(bytes, in this);

    // Bytes of a SHA-256 hash are uniformly distributed.
    /// <inheritdoc/>
    public override int GetHashCode() => Unsafe.BitCast<ulong, (int Low, int High)>(A).Low;
}
