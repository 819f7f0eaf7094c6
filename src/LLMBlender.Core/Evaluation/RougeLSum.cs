namespace LLMBlender.Core.Evaluation;

/// <summary>
/// ROUGE-L over whole texts of several lines (Lin 2004, section 3.2), the rouge_score package's <c>rougeLsum</c>: for each line of the
/// reference the union of its longest common subsequences with the lines of the text, no token counted oftener than both have it.
/// </summary>
/// <remarks>
/// Lines are what stands between newlines, the package's default. LLM-Blender's evaluation first cuts texts into sentences by a model
/// trained for that, which is not reproduced here.
/// </remarks>
public static class RougeLSum
{
    /// <summary>The F1 score.</summary>
    /// <param name="hypothesis">The text.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="stem">Whether words count by their stems (<c>use_stemmer</c>), as in LLM-Blender's evaluation.</param>
    /// <returns>From 0 to 1; 0 where either text has no token.</returns>
    public static double Score(string hypothesis, string reference, bool stem)
    {
        var said = Lines(hypothesis, stem);
        var wanted = Lines(reference, stem);
        var (saidLeft, wantedLeft) = (Counts(said), Counts(wanted));
        double total = said.Sum(line => line.Count) + wanted.Sum(line => line.Count);
        var hits = 0;
        foreach (var line in wanted)
        {
            foreach (var token in Union(line, said))
            {
                if (saidLeft.GetValueOrDefault(token) > 0 && wantedLeft[token] > 0)
                {
                    hits++;
                    saidLeft[token]--;
                    wantedLeft[token]--;
                }
            }
        }

        return hits == 0 ? 0 : 2 * hits / total;
    }

    private static List<List<string>> Lines(string text, bool stem) => [.. text.Split('\n').Select(line => RougeTokens.Of(line, stem))];

    private static Dictionary<string, int> Counts(List<List<string>> lines) =>
        lines.SelectMany(line => line).CountBy(token => token, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

    // The line's tokens that are in its longest common subsequence with some line of the text, in order.
    private static IEnumerable<string> Union(List<string> line, List<List<string>> said)
    {
        var common = new bool[line.Count];
        foreach (var other in said)
        {
            Mark(line, other, common);
        }

        return line.Where((_, i) => common[i]);
    }

    // Of several longest subsequences the one that the package's way back through its table finds.
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
