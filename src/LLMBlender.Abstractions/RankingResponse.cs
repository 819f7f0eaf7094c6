namespace LLMBlender.Abstractions;

/// <summary>An order of candidates; every list is in the order in which they were given.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.RankingResponse")]
public sealed record RankingResponse
{
    /// <summary>Ranks from 1, the best; ties share the smallest rank (1, 1, 3).</summary>
    [Id(0)]
    public required int[] Ranks { get; init; }

    /// <summary>Scores, higher is better; the unit is the aggregation's.</summary>
    [Id(1)]
    public required double[] Scores { get; init; }

    /// <summary>Ordered pairs whose logit was used, computed or from the cache.</summary>
    [Id(2)]
    public required int Comparisons { get; init; }

    /// <summary>How many of them this request did not have computed: they were cached, or another request's.</summary>
    [Id(3)]
    public required int Reused { get; init; }

    /// <summary>
    /// The N×N logits, row by row: entry i·N+j with candidate i first, above 0 when i is better, 0 on the diagonal, not a
    /// number where the two were not compared. A reference that is no candidate has one more row and column, the last. Null
    /// where it wasn't asked for.
    /// </summary>
    [Id(4)]
    public float[]? Matrix { get; init; }

    /// <summary>The ranker that compared.</summary>
    [Id(5)]
    public required string Ranker { get; init; }

    /// <summary>Tokens read, where the ranker is a chat model.</summary>
    [Id(6)]
    public long PromptTokens { get; init; }

    /// <summary>Tokens written, where the ranker is a chat model.</summary>
    [Id(7)]
    public long CompletionTokens { get; init; }

    /// <summary>What the ranker cost, in the currency of the configured prices; null where none are.</summary>
    [Id(8)]
    public decimal? Cost { get; init; }

    /// <summary>The indices of the best, best first; tied ones in the candidates' order.</summary>
    /// <param name="k">How many, at least 1; of fewer candidates, all.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public int[] Top(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return [.. Enumerable.Range(0, Ranks.Length).OrderBy(i => Ranks[i]).Take(k)];
    }
}
