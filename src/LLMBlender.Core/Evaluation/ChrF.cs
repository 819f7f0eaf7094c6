using System.Text;

namespace LLMBlender.Core.Evaluation;

/// <summary>
/// chrF, the F-score of character n-grams (Popović 2015), as sacreBLEU computes it for one sentence by default: n from 1 to 6, β = 2, no
/// word n-grams, case kept, all whitespace left out. A character is a Unicode scalar value.
/// </summary>
public static class ChrF
{
    private const int Longest = 6;
    private const double SquaredBeta = 4;

    /// <summary>The score of one text against one reference.</summary>
    /// <returns>
    /// From 0 to 100. Precision and recall are averaged over the n for which both texts have n-grams; 0 if there is none.
    /// </returns>
    public static double Score(string hypothesis, string reference)
    {
        int[] hypothesisCharacters = Characters(hypothesis);
        int[] referenceCharacters = Characters(reference);
        double precision = 0;
        double recall = 0;
        int lengths = Math.Min(Longest, Math.Min(hypothesisCharacters.Length, referenceCharacters.Length));
        for (int n = 1; n <= lengths; n++)
        {
            double matches = Matches(hypothesisCharacters, referenceCharacters, n);
            precision += matches / (hypothesisCharacters.Length - n + 1);
            recall += matches / (referenceCharacters.Length - n + 1);
        }

        if (lengths == 0 || precision + recall == 0)
        {
            return 0;
        }

        (precision, recall) = (precision / lengths, recall / lengths);
        return 100 * (1 + SquaredBeta) * precision * recall / (SquaredBeta * precision + recall);
    }

    // Common n-grams, each counted with the smaller of its two counts.
    private static int Matches(int[] hypothesisCharacters, int[] referenceCharacters, int n)
    {
        Dictionary<NGram, int> left = [];
        for (int i = 0; i + n <= referenceCharacters.Length; i++)
        {
            var gram = NGram.Of(referenceCharacters.AsSpan(i, n));
            left[gram] = left.GetValueOrDefault(gram) + 1;
        }

        int matches = 0;
        for (int i = 0; i + n <= hypothesisCharacters.Length; i++)
        {
            var gram = NGram.Of(hypothesisCharacters.AsSpan(i, n));
            if (left.GetValueOrDefault(gram) is > 0 and int count)
            {
                left[gram] = count - 1;
                matches++;
            }
        }

        return matches;
    }

    private static int[] Characters(string text) =>
        [.. text.EnumerateRunes().Where(rune => !Rune.IsWhiteSpace(rune)).Select(rune => rune.Value)];

    // Six scalar values of 21 bits each fill 126 bits; a text's n-grams are only compared with others of the same n.
    private readonly record struct NGram(UInt128 Value)
    {
        public static NGram Of(ReadOnlySpan<int> characters)
        {
            UInt128 value = 0;
            foreach (int character in characters)
            {
                value = (value << 21) | (uint)character;
            }

            return new NGram(value);
        }
    }
}
