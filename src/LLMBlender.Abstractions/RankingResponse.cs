namespace LLMBlender.Abstractions;

/// <summary>A ranking; every list is in the order of the request's candidates.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.RankingResponse")]
public sealed record RankingResponse
{
    /// <summary>Ranks from 1, the best; ties share the smallest rank (1, 1, 3).</summary>
    [Id(0)]
    public required int[] Ranks { get; init; }

    /// <summary>Scores, higher is better; the unit depends on the aggregation.</summary>
    [Id(1)]
    public required double[] Scores { get; init; }

    /// <summary>Ordered pairs whose logit was used, computed or cached.</summary>
    [Id(2)]
    public required int Comparisons { get; init; }

    /// <summary>How many of these comparisons were cached, or computed for another request.</summary>
    [Id(3)]
    public required int Reused { get; init; }

    /// <summary>
    /// The N×N logits, row by row: entry i·N+j with candidate i first, above 0 if i is better, 0 on the diagonal, NaN if the
    /// two were not compared. A reference that is not a candidate is the additional last row and column. Null unless the request has
    /// <see cref="RankingRequest.WithMatrix"/>.
    /// </summary>
    [Id(4)]
    public float[]? Matrix { get; init; }

    /// <summary>The ranker's name.</summary>
    [Id(5)]
    public required string Ranker { get; init; }

    /// <summary>Input tokens, if the ranker is a chat model.</summary>
    [Id(6)]
    public long PromptTokens { get; init; }

    /// <summary>Output tokens, if the ranker is a chat model.</summary>
    [Id(7)]
    public long CompletionTokens { get; init; }

    /// <summary>The ranker's cost in the currency of the configured prices; null if none are configured.</summary>
    [Id(8)]
    public decimal? Cost { get; init; }

    /// <summary>The ranker's kind and calibration; null if not known.</summary>
    [Id(9)]
    public RankerInfo? RankerInfo { get; init; }

    /// <summary>
    /// The probability that the first candidate is the best of these candidates. Null if the ranker is not calibrated, there is a single
    /// candidate, or too few of more than 64 were compared.
    /// </summary>
    [Id(10)]
    public double? Confidence { get; init; }

    /// <summary>
    /// The calibrated probability that one candidate is better than another, from the mean of both orders' logits. Null if the ranker is
    /// not calibrated, the response has no matrix, or the two were not compared in both orders.
    /// </summary>
    /// <param name="better">Index of the one candidate.</param>
    /// <param name="worse">Index of the other.</param>
    public double? Probability(int better, int worse)
    {
        var count = Matrix is null ? 0 : (int)Math.Sqrt(Matrix.Length);
        return count > 0 && (Matrix![(better * count) + worse] - Matrix[(worse * count) + better]) / 2 is var logit && float.IsFinite(logit)
            ? RankerInfo?.Probability(logit)
            : null;
    }

    /// <summary>Returns the indices of the best candidates, best first; ties are in the candidates' order.</summary>
    /// <param name="k">The number of indices, at least 1; all if there are fewer candidates.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public int[] Top(int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return [.. Enumerable.Range(0, Ranks.Length).OrderBy(i => Ranks[i]).Take(k)];
    }
}
