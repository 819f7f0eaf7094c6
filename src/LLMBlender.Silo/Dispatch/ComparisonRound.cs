using LLMBlender.Core.Ranking;
using LLMBlender.Local.Comparing;
using LLMBlender.Silo.Comparing;

namespace LLMBlender.Silo.Dispatch;

/// <summary>Comparisons of one source to be made, and the places where their logits go.</summary>
/// <param name="ranker">The ranker that compares.</param>
/// <param name="source">Instruction and input.</param>
/// <param name="candidates">The candidates' texts.</param>
/// <param name="pairs">What to compare.</param>
internal sealed class ComparisonRound(RankerIdentity ranker, string source, string[] candidates, CandidatePair[] pairs)
{
    // Characters of a token, roughly; a text beyond the longest that a ranker keeps costs no more than that.
    private const int CharactersPerToken = 4;
    private const int MostTokens = 1536;
    private const int ControlTokens = 9;

    /// <summary>The ranker that compares.</summary>
    public RankerIdentity Ranker => ranker;

    /// <summary>What to compare.</summary>
    public CandidatePair[] Pairs => pairs;

    /// <summary>A logit for each pair; not a number until it is known.</summary>
    public float[] Logits { get; } = NotANumber(pairs.Length);

    /// <summary>About how many tokens a pair has: what shards are balanced by.</summary>
    public int Tokens(int index) =>
        ControlTokens + Tokens(source) + Tokens(candidates[pairs[index].First]) + Tokens(candidates[pairs[index].Second]);

    /// <summary>Some of the pairs as a message, with only the candidates that they are of.</summary>
    public CompareShard Shard(int[] indices, TimeSpan timeout)
    {
        var names = new Dictionary<int, int>();
        var flat = new int[2 * indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            flat[2 * i] = NameOf(pairs[indices[i]].First);
            flat[(2 * i) + 1] = NameOf(pairs[indices[i]].Second);
        }

        return new CompareShard
        {
            Ranker = ranker.Version,
            Source = source,
            Candidates = [.. names.Keys.Select(candidate => candidates[candidate])],
            Pairs = flat,
            Timeout = timeout,
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

    private static int Tokens(string text) => Math.Min(MostTokens, text.Length / CharactersPerToken);

    private static float[] NotANumber(int count)
    {
        var logits = new float[count];
        Array.Fill(logits, float.NaN);
        return logits;
    }
}
