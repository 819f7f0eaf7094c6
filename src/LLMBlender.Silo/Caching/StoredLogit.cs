using System.Buffers.Binary;
using System.IO.Hashing;

namespace LLMBlender.Silo.Caching;

/// <summary>
/// The format of a logit in the shared cache: a version, the number, and a checksum of key and number, so that truncated,
/// overwritten and moved entries are detected.
/// </summary>
internal static class StoredLogit
{
    /// <summary>Length of an entry in bytes.</summary>
    public const int Size = 1 + sizeof(float) + sizeof(ulong);

    /// <summary>The largest magnitude of a logit that is read. Rankers compute at most some tens.</summary>
    public const float MaxMagnitude = 10_000;

    private const byte Version = 1;
    private const int Checked = 1 + sizeof(float);

    /// <summary>Writes an entry.</summary>
    public static byte[] Write(ComparisonKey key, float logit)
    {
        var entry = new byte[Size];
        entry[0] = Version;
        BinaryPrimitives.WriteSingleLittleEndian(entry.AsSpan(1), logit);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(Checked), Checksum(key, entry.AsSpan(0, Checked)));
        return entry;
    }

    /// <summary>Reads an entry; false if it is not a valid entry of this key and version, or its logit is above <see cref="MaxMagnitude"/>.</summary>
    public static bool TryRead(ComparisonKey key, ReadOnlySpan<byte> entry, out float logit)
    {
        logit = float.NaN;
        if (entry.Length != Size || entry[0] != Version
            || BinaryPrimitives.ReadUInt64LittleEndian(entry[Checked..]) != Checksum(key, entry[..Checked]))
        {
            return false;
        }

        logit = BinaryPrimitives.ReadSingleLittleEndian(entry[1..]);
        return Math.Abs(logit) <= MaxMagnitude;
    }

    private static ulong Checksum(ComparisonKey key, ReadOnlySpan<byte> content)
    {
        Span<byte> all = stackalloc byte[ComparisonKey.Size + Checked];
        key.CopyTo(all);
        content.CopyTo(all[ComparisonKey.Size..]);
        return XxHash3.HashToUInt64(all);
    }
}
