using System.Buffers.Binary;
using System.IO.Hashing;
using LLMBlender.Silo.Sealing;

namespace LLMBlender.Silo.Caching;

/// <summary>
/// The format of a logit in the shared cache: a version, the number, and a code of key and number, so that truncated, overwritten and moved entries are
/// detected. With a cluster key the code is a <see cref="ClusterKey"/>'s, and entries of other programs are detected too; without one it is a checksum.
/// </summary>
/// <param name="key">The cluster's key; null for none.</param>
internal sealed class StoredLogit(ClusterKey? key)
{
    /// <summary>The largest magnitude of a logit that is read. Rankers compute at most some tens.</summary>
    public const float MaxMagnitude = 10_000;

    private const byte Checked = 1;
    private const byte Signed = 2;
    private const int Content = 1 + sizeof(float);

    /// <summary>Length of an entry in bytes.</summary>
    public int Size { get; } = Content + (key is null ? sizeof(ulong) : ClusterKey.CodeSize);

    /// <summary>Writes an entry.</summary>
    public byte[] Write(ComparisonKey comparison, float logit)
    {
        var entry = new byte[Size];
        entry[0] = key is null ? Checked : Signed;
        BinaryPrimitives.WriteSingleLittleEndian(entry.AsSpan(1), logit);
        Span<byte> content = stackalloc byte[ComparisonKey.Size + Content];
        Join(comparison, entry, content);
        if (key is null)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(Content), XxHash3.HashToUInt64(content));
        }
        else
        {
            key.Sign(content, entry.AsSpan(Content));
        }

        return entry;
    }

    /// <summary>Reads an entry; false if it is not a valid entry of this key and version, or its logit is above <see cref="MaxMagnitude"/>.</summary>
    public bool TryRead(ComparisonKey comparison, ReadOnlySpan<byte> entry, out float logit)
    {
        logit = float.NaN;
        if (entry.Length != Size || entry[0] != (key is null ? Checked : Signed))
        {
            return false;
        }

        Span<byte> content = stackalloc byte[ComparisonKey.Size + Content];
        Join(comparison, entry, content);
        var isValid = key is null
            ? BinaryPrimitives.ReadUInt64LittleEndian(entry[Content..]) == XxHash3.HashToUInt64(content)
            : key.Verify(content, entry[Content..]);
        if (!isValid)
        {
            return false;
        }

        logit = BinaryPrimitives.ReadSingleLittleEndian(entry[1..]);
        return Math.Abs(logit) <= MaxMagnitude;
    }

    private static void Join(ComparisonKey comparison, ReadOnlySpan<byte> entry, Span<byte> content)
    {
        comparison.CopyTo(content);
        entry[..Content].CopyTo(content[ComparisonKey.Size..]);
    }
}
