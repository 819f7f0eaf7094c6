namespace LLMBlender.Core.Ranking;

/// <summary>An ordered pair of candidates to compare, each named by its index from 0.</summary>
/// <remarks>
/// The two orders of one pair are two comparisons: the ranker is not exactly antisymmetric, and every aggregation uses both.
/// </remarks>
/// <param name="First">The candidate on the left; a logit above 0 means that it is better.</param>
/// <param name="Second">The candidate on the right.</param>
public readonly record struct CandidatePair(int First, int Second)
{
    /// <summary>The pair in the other order.</summary>
    public CandidatePair Swapped => new(Second, First);

    /// <inheritdoc/>
    public override string ToString() => $"({First},{Second})";
}
