using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace LLMBlender.Inference.Tokenization.Subwords;

/// <summary>
/// A cache of the ids of recently encoded short words. Words recur in texts, so that most of them need no segmentation; a word with another
/// hash replaces the entry of its slot.
/// </summary>
internal sealed class WordCache
{
    // A slot has 32 bytes, all slots one megabyte.
    private const int PlaceBits = 15;
    private const int LongestWord = 16;
    private const int MostIds = 3;

    private readonly Entry[] entries = new Entry[1 << PlaceBits];

    /// <summary>Appends the ids of <paramref name="word"/>, from the cache if it contains them.</summary>
    public void Encode(
        Segmentation segment, Vocabulary vocabulary, ReadOnlySpan<byte> word, Workspace workspace, List<int> ids)
    {
        if (word.Length > LongestWord)
        {
            segment(vocabulary, word, workspace, ids);
            return;
        }

        (ulong low, ulong high) = Key(word);
        ref Entry entry = ref entries[Place(low, high)];
        if (entry.Low == low && entry.High == high && entry.Length == word.Length)
        {
            ids.AddRange(((ReadOnlySpan<int>)entry.Ids)[..entry.Count]);
            return;
        }

        int first = ids.Count;
        segment(vocabulary, word, workspace, ids);
        if (ids.Count - first <= MostIds)
        {
            entry.Keep(low, high, word.Length, ids, first);
        }
    }

    // The word, padded with zeros.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (ulong Low, ulong High) Key(ReadOnlySpan<byte> word)
    {
        if (word.Length >= 8)
        {
            ulong high = BinaryPrimitives.ReadUInt64LittleEndian(word[^8..]);
            int rest = LongestWord - word.Length;
            return (BinaryPrimitives.ReadUInt64LittleEndian(word), rest == 8 ? 0 : high >> (8 * rest));
        }

        ulong low = 0;
        for (int i = word.Length - 1; i >= 0; i--)
        {
            low = (low << 8) | word[i];
        }

        return (low, 0);
    }

    private static uint Place(ulong low, ulong high) =>
        (uint)(((low * 0x9E3779B97F4A7C15) ^ (high * 0xC2B2AE3D27D4EB4F)) >> (64 - PlaceBits));

    private struct Entry
    {
        public ulong Low;
        public ulong High;
        public Slots Ids;
        public byte Length;
        public byte Count;

        public void Keep(ulong low, ulong high, int length, List<int> ids, int first)
        {
            (Low, High, Length, Count) = (low, high, (byte)length, (byte)(ids.Count - first));
            for (int i = 0; i < Count; i++)
            {
                Ids[i] = ids[first + i];
            }
        }
    }

    [InlineArray(MostIds)]
    private struct Slots
    {
        private int first;
    }
}
