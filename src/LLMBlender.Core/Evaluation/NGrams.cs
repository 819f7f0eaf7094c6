namespace LLMBlender.Core.Evaluation;

/// <summary>Counts of a text's n-grams.</summary>
internal static class NGrams
{
    // A separator that does not occur in tokens.
    private const char Joint = '\u001f';

    /// <summary>Counts every n-gram.</summary>
    public static Dictionary<string, int> Count(IReadOnlyList<string> tokens, int n)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        for (int i = 0; i + n <= tokens.Count; i++)
        {
            string gram = n == 1 ? tokens[i] : string.Join(Joint, tokens.Skip(i).Take(n));
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }

        return counts;
    }

    /// <summary>Common n-grams, each counted with the smaller of its two counts.</summary>
    public static int Matches(Dictionary<string, int> hypothesis, Dictionary<string, int> reference)
    {
        int matches = 0;
        foreach (var (gram, count) in hypothesis)
        {
            matches += Math.Min(count, reference.GetValueOrDefault(gram));
        }

        return matches;
    }
}
