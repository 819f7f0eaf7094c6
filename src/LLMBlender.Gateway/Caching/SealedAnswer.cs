using System.Buffers.Binary;
using System.Text;

namespace LLMBlender.Gateway.Caching;

/// <summary>
/// The format of an entry: a version, the time until which it is valid, a code of all with the key, and the answer. Entries that are damaged, moved to another
/// key, kept beyond their time or, with a cluster key, written by another program are not read.
/// </summary>
internal sealed class SealedAnswer(ISeal seal)
{
    private const byte Version = 1;
    private const int Head = 1 + sizeof(long);

    /// <summary>Writes an entry.</summary>
    public byte[] Write(string key, DateTimeOffset until, ReadOnlySpan<byte> answer)
    {
        var entry = new byte[Head + seal.Size + answer.Length];
        entry[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(1), until.UtcTicks);
        answer.CopyTo(entry.AsSpan(Head + seal.Size));
        seal.Sign(Content(key, entry), entry.AsSpan(Head, seal.Size));
        return entry;
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="key">The key that it was found under.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="now">The time.</param>
    /// <param name="answer">The answer; empty if the time of the entry is over.</param>
    /// <returns>False if it is no entry of this key.</returns>
    public bool TryRead(string key, byte[] entry, DateTimeOffset now, out ReadOnlyMemory<byte> answer)
    {
        answer = default;
        if (entry.Length < Head + seal.Size || entry[0] != Version || !seal.Verify(Content(key, entry), entry.AsSpan(Head, seal.Size)))
        {
            return false;
        }

        if (BinaryPrimitives.ReadInt64LittleEndian(entry.AsSpan(1)) > now.UtcTicks)
        {
            answer = entry.AsMemory(Head + seal.Size);
        }

        return true;
    }

    private byte[] Content(string key, ReadOnlySpan<byte> entry) =>
        [.. "answer:"u8, .. Encoding.UTF8.GetBytes(key), .. entry[..Head], .. entry[(Head + seal.Size)..]];
}
