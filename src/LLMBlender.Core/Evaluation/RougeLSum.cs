namespace LLMBlender.Core.Evaluation;

/// <summary>
/// Summary-level ROUGE-L for texts of several lines (Lin 2004, section 3.2), the rouge_score package's <c>rougeLsum</c>: for each line of
/// the reference, the union of its longest common subsequences with the lines of the text; a token counts at most as often as both texts
/// contain it.
/// </summary>
/// <remarks>
/// Lines are separated by newlines, the package's default. LLM-Blender's evaluation splits texts into sentences with a trained model, which
/// is not reproduced here.
/// </remarks>
public static class RougeLSum
{
    /// <summary>The F1 score.</summary>
    /// <param name="hypothesis">The text.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="stem">Whether words are compared by their stems (<c>use_stemmer</c>), as in LLM-Blender's evaluation.</param>
    /// <returns>From 0 to 1; 0 if either text has no token.</returns>
    public static double Score(string hypothesis, string reference, bool stem)
    {
        var hypothesisLines = Lines(hypothesis, stem);
        var referenceLines = Lines(reference, stem);
        var (hypothesisLeft, referenceLeft) = (Counts(hypothesisLines), Counts(referenceLines));
        double total = hypothesisLines.Sum(line => line.Count) + referenceLines.Sum(line => line.Count);
        var hits = 0;
        foreach (var line in referenceLines)
        {
            foreach (var token in Union(line, hypothesisLines))
            {
                if (hypothesisLeft.GetValueOrDefault(token) > 0 && referenceLeft[token] > 0)
                {
                    hits++;
                    hypothesisLeft[token]--;
                    referenceLeft[token]--;
                }
            }
        }

        return hits == 0 ? 0 : 2 * hits / total;
    }

    private static List<List<string>> Lines(string text, bool stem) => [.. text.Split('\n').Select(line => RougeTokens.Of(line, stem))];

    private static Dictionary<string, int> Counts(List<List<string>> lines) =>
        lines.SelectMany(line => line).CountBy(token => token, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

    // The line's tokens, in order, that are in its longest common subsequence with any line of the text.
    private static IEnumerable<string> Union(List<string> line, List<List<string>> hypothesisLines)
    {
        var common = new bool[line.Count];
        foreach (var other in hypothesisLines)
        {
            Mark(line, other, common);
        }

        return line.Where((_, i) => common[i]);
    }

    // Of several longest subsequences, uses the one that the package's backtracking finds.
    private static void Mark(List<string> line, List<string> other, bool[] common)
    {
        var lengths = new int[line.Count + 1, other.Count + 1];
        for (var i = 1; i <= line.Count; i++)
        {
            for (var j = 1; j <= other.Count; j++)
            {
                lengths[i, j] = line[i - 1] == other[j - 1] ? lengths[i - 1, j - 1] + 1 : Math.Max(lengths[i - 1, j], lengths[i, j - 1]);
            }
        }

        for (var (i, j) = (line.Count, other.Count); i > 0 && j > 0;)
        {
            if (line[i - 1] == other[j - 1])
            {
                common[--i] = true;
                j--;
            }
            else if (lengths[i, j - 1] > lengths[i - 1, j])
            {
                j--;
            }
            else
            {
                i--;
            }
        }
    }
}
