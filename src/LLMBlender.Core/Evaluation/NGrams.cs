namespace LLMBlender.Core.Evaluation;

/// <summary>Counts of a text's n-grams.</summary>
internal static class NGrams
{
    // No token holds it.
    private const char Joint = '\u001f';

    /// <summary>Every n-gram with how often it occurs.</summary>
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

    /// <summary>Common n-grams, each counted as often as both have it.</summary>
    public static int Matches(Dictionary<string, int> said, Dictionary<string, int> wanted)
    {
        int matches = 0;
        foreach (var (gram, count) in said)
        {
            matches += Math.Min(count, wanted.GetValueOrDefault(gram));
        }

        return matches;
    }
}
