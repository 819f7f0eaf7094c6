using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LLMBlender.Silo.Caching;

/// <summary>A comparison by its content: 32 bytes of SHA-256 over ranker version, source, first and second candidate.</summary>
/// <remarks>The two orders of a pair are two keys: the ranker is not exactly antisymmetric.</remarks>
internal readonly record struct ComparisonKey(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = 32;

    /// <summary>The key that a hash's bytes are.</summary>
    public static ComparisonKey Of(ReadOnlySpan<byte> hash) => MemoryMarshal.Read<ComparisonKey>(hash);

    /// <summary>The hash's bytes.</summary>
    public void CopyTo(Span<byte> bytes) => MemoryMarshal.Write(bytes, in this);

    // The bytes of a hash are as good a hash as any.
    /// <inheritdoc/>
    public override int GetHashCode() => Unsafe.BitCast<ulong, (int Low, int High)>(A).Low;
}
