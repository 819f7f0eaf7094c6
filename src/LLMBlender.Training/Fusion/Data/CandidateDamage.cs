using LLMBlender.Training.Data;

namespace LLMBlender.Training.Fusion.Data;

/// <summary>
/// Makes candidates of a reference: each damage is mild enough that three damaged copies together still hold the reference. Pure: the
/// same words, corruption and random state give the same result.
/// </summary>
internal static class CandidateDamage
{
    /// <summary>The fewest words of a reference.</summary>
    public const int FewestWords = 6;

    private const string Letters = "abcdefghijklmnopqrstuvwxyz";

    /// <summary>A damaged copy of <paramref name="words"/>, which are at least <see cref="FewestWords"/>.</summary>
    /// <param name="corruption">What happens to it.</param>
    /// <param name="words">The words; left alone.</param>
    /// <param name="offTopic">A sentence of another text.</param>
    /// <param name="random">Decides where and how much.</param>
    public static string[] Apply(CorruptionKind corruption, string[] words, string[] offTopic, Random random) => corruption switch
    {
        CorruptionKind.DroppedSpan => Drop(words, random),
        CorruptionKind.RepeatedSpan => Repeat(words, random),
        CorruptionKind.SwappedWords => Swap(words, random),
        CorruptionKind.Truncated => Truncate(words, random),
        CorruptionKind.OffTopicSentence => Intrude(words, offTopic, random),
        CorruptionKind.GarbledWords => Garble(words, random),
        _ => throw new ArgumentOutOfRangeException(nameof(corruption), corruption, "is not a kind of corruption"),
    };

    private static string[] Drop(string[] words, Random random)
    {
        int count = Share(words, 0.1, 0.35, random);
        int start = random.Next(words.Length - count + 1);
        return [.. words[..start], .. words[(start + count)..]];
    }

    private static string[] Repeat(string[] words, Random random)
    {
        int count = random.Next(2, Math.Min(12, words.Length / 2) + 1);
        int end = random.Next(count, words.Length + 1);
        return [.. words[..end], .. words[(end - count)..end], .. words[end..]];
    }

    private static string[] Swap(string[] words, Random random)
    {
        string[] swapped = [.. words];
        for (int times = Share(words, 0.05, 0.2, random); times > 0; times--)
        {
            int at = random.Next(words.Length - 1);
            (swapped[at], swapped[at + 1]) = (swapped[at + 1], swapped[at]);
        }

        return swapped;
    }

    // Half of the time with the dots that the fuser's source puts after a candidate it has cut.
    private static string[] Truncate(string[] words, Random random)
    {
        string[] kept = words[..^Share(words, 0.15, 0.5, random)];
        kept[^1] += random.Next(2) == 0 ? "..." : "";
        return kept;
    }

    private static string[] Intrude(string[] words, string[] offTopic, Random random)
    {
        int[] starts = [0, .. Enumerable.Range(1, words.Length).Where(i => i == words.Length || Damage.EndsSentence(words[i - 1]))];
        int at = random.Next(starts.Length);
        int replaced = random.Next(2) == 0 && at + 1 < starts.Length && starts.Length > 2 ? starts[at + 1] - starts[at] : 0;
        return [.. words[..starts[at]], .. offTopic, .. words[(starts[at] + replaced)..]];
    }

    private static string[] Garble(string[] words, Random random)
    {
        string[] garbled = [.. words];
        for (int times = Share(words, 0.05, 0.25, random); times > 0; times--)
        {
            int at = random.Next(words.Length);
            char[] characters = garbled[at].ToCharArray();
            for (int changes = 1 + characters.Length / 4; changes > 0; changes--)
            {
                characters[random.Next(characters.Length)] = Letters[random.Next(Letters.Length)];
            }

            garbled[at] = new string(characters);
        }

        return garbled;
    }

    private static int Share(string[] words, double least, double most, Random random) =>
        Math.Max(1, (int)Math.Round(words.Length * (least + (most - least) * random.NextDouble())));
}
