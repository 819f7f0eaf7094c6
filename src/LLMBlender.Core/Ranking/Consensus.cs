using System.Runtime.InteropServices;
using System.Text;

namespace LLMBlender.Core.Ranking;

/// <summary>
/// How much of what the other candidates say a candidate says too: the mean over the others of the share of their distinct word pairs that
/// occur in it (ROUGE-2 recall of sets). Choosing by it is minimum Bayes risk decoding (Kumar and Byrne 2004) with that measure as its gain.
/// </summary>
/// <remarks>
/// Adjacent words make a pair, the text's start and end count as words, and case and punctuation do not count. In scripts without spaces
/// each character is a word. Two candidates cover each other by what they share, and copies of one text cover each other wholly.
/// </remarks>
public static class Consensus
{
    private const ulong Boundary = 0;

    // Thai and what follows it in Unicode's order: of those, all letters without case belong to scripts without spaces or of syllables.
    private const int FirstUnspaced = 0x0E00;

    // FNV-1a, 64 bits.
    private const ulong HashOffset = 14695981039346656037;
    private const ulong HashPrime = 1099511628211;

    /// <summary>Each text's agreement with the others.</summary>
    /// <param name="texts">The candidates of one source.</param>
    /// <returns>From 0 to 1 each, in the texts' order; 0 for a text without words, and for a single text.</returns>
    public static double[] Of(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var pairs = texts.Select(WordPairs).ToArray();

        // A pair of words counts 1/n for each text of n pairs that has it, so that all texts are covered in one pass over each.
        var shares = new Dictionary<ulong, double>();
        foreach (var text in pairs)
        {
            foreach (var pair in text)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(shares, pair, out _) += 1.0 / text.Count;
            }
        }

        // A text covers itself wholly, which does not count.
        return Array.ConvertAll(pairs, text => text.Count == 0 || texts.Count < 2 ? 0
            : Math.Clamp((text.Sum(pair => shares[pair]) - 1) / (texts.Count - 1), 0, 1));
    }

    /// <summary>What the candidates' agreements add to a pair's logit: weight · (agreement of the first − agreement of the second).</summary>
    /// <param name="agreements">Each candidate's agreement.</param>
    /// <param name="pair">Indices of two of them.</param>
    /// <param name="weight">Logits for agreement 1 against 0.</param>
    public static float Advantage(ReadOnlySpan<double> agreements, CandidatePair pair, double weight) =>
        (float)(weight * (agreements[pair.First] - agreements[pair.Second]));

    // In the order of the text, so that sums repeat to the last digit.
    private static List<ulong> WordPairs(string text)
    {
        var pairs = new List<ulong>();
        var seen = new HashSet<ulong>();
        var before = Boundary;
        var word = HashOffset;
        foreach (var rune in text.EnumerateRunes())
        {
            if (!Rune.IsLetterOrDigit(rune))
            {
                End();
                continue;
            }

            var alone = rune.Value >= FirstUnspaced && Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.OtherLetter;
            if (alone)
            {
                End();
            }

            word = (word ^ (uint)Rune.ToLowerInvariant(rune).Value) * HashPrime;
            if (alone)
            {
                End();
            }
        }

        End();
        if (before != Boundary)
        {
            Add(Boundary);
        }

        return pairs;

        void End()
        {
            if (word != HashOffset)
            {
                Add(word);
                before = word;
                word = HashOffset;
            }
        }

        void Add(ulong next)
        {
            // The order of the two words counts.
            var pair = (((HashOffset ^ before) * HashPrime) ^ next) * HashPrime;
            if (seen.Add(pair))
            {
                pairs.Add(pair);
            }
        }
    }
}
