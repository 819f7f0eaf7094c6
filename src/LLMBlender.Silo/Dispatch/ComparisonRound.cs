using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Comparing;
using LLMBlender.Silo.Comparing;

namespace LLMBlender.Silo.Dispatch;

/// <summary>The comparisons of one source, and their logits.</summary>
/// <param name="ranker">The ranker that compares.</param>
/// <param name="source">Instruction and input.</param>
/// <param name="candidates">The candidates' texts.</param>
/// <param name="pairs">The pairs.</param>
internal sealed class ComparisonRound(RankerIdentity ranker, string source, string[] candidates, CandidatePair[] pairs)
{
    // Approximate characters of a token. Longer texts are truncated by the ranker, so that tokens of a text have a maximum.
    private const int CharactersPerToken = 4;
    private const int MaxTokens = 1536;
    private const int ControlTokens = 9;

    /// <summary>The ranker that compares.</summary>
    public RankerIdentity Ranker => ranker;

    /// <summary>The pairs.</summary>
    public CandidatePair[] Pairs => pairs;

    /// <summary>A logit for each pair; NaN until it is computed.</summary>
    public float[] Logits { get; } = NotANumber(pairs.Length);

    /// <summary>
    /// Whether one worker compares all pairs: the ranker scores each candidate alone, so that each further worker would score all candidates
    /// again.
    /// </summary>
    public bool IsWhole => ranker.Info is { ScoresAlone: true };

    /// <summary>Returns the approximate number of tokens of a pair, by which shards are balanced.</summary>
    public int Tokens(int index)
    {
        var (first, second) = (Tokens(candidates[pairs[index].First]), Tokens(candidates[pairs[index].Second]));

        // A candidate scored alone is computed once for the 2·(n − 1) ordered pairs that contain it.
        return IsWhole
            ? Math.Max(1, (2 * (ControlTokens + Tokens(source)) + first + second) / Math.Max(1, 2 * (candidates.Length - 1)))
            : ControlTokens + Tokens(source) + first + second;
    }

    /// <summary>Creates a shard of some of the pairs, with only their candidates.</summary>
    public CompareShard Shard(int[] indices, Deadline deadline)
    {
        var names = new Dictionary<int, int>();
        var flat = new int[2 * indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            flat[2 * i] = NameOf(pairs[indices[i]].First);
            flat[(2 * i) + 1] = NameOf(pairs[indices[i]].Second);
        }

        var remaining = deadline.Remaining;
        return new CompareShard
        {
            Ranker = ranker.Version,
            Source = source,
            Candidates = [.. names.Keys.Select(candidate => candidates[candidate])],
            Pairs = flat,
            Timeout = remaining,
            Elapsed = deadline.Timeout - remaining,
        };

        int NameOf(int candidate)
        {
            if (!names.TryGetValue(candidate, out var name))
            {
                names[candidate] = name = names.Count;
            }

            return name;
        }
    }

    private static int Tokens(string text) => Math.Min(MaxTokens, text.Length / CharactersPerToken);

    private static float[] NotANumber(int count)
    {
        var logits = new float[count];
        Array.Fill(logits, float.NaN);
        return logits;
    }
}
