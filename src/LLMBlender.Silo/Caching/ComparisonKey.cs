using System.Numerics;
using System.Runtime.InteropServices;

namespace LLMBlender.Silo.Caching;

/// <summary>
/// The key of a comparison, 32 bytes: 16 bytes of the SHA-256 of ranker version, source and first candidate, then 16 of the second's.
/// </summary>
/// <remarks>
/// The two orders of a pair have different keys, because the ranker is not exactly antisymmetric. Two pairs with one key need two texts
/// whose hashes agree in 128 bits, about 2^64 hashes of work.
/// </remarks>
internal readonly record struct ComparisonKey(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Length of a key in bytes.</summary>
    public const int Size = 32;

    /// <summary>Creates a key from the bytes of two hashes.</summary>
    public static ComparisonKey Of(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<ComparisonKey>(bytes);

    /// <summary>Copies the bytes of the key.</summary>
    public void CopyTo(Span<byte> bytes) => MemoryMarshal.Write(bytes, in this);

    // Both candidates count: the pairs of one source share their halves. Bytes of a hash are uniformly distributed.
    /// <inheritdoc/>
    public override int GetHashCode() => (int)(A ^ BitOperations.RotateLeft(C, 32) ^ (C >> 1));
}
