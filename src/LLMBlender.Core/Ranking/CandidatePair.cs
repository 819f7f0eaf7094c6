namespace LLMBlender.Core.Ranking;

/// <summary>An ordered pair of candidates to compare, each named by its index from 0.</summary>
/// <remarks>
/// The two orders of one pair are two comparisons: the ranker is not exactly antisymmetric, and every aggregation uses both.
/// </remarks>
/// <param name="First">The candidate placed on the left; a logit above 0 says that it is the better one.</param>
/// <param name="Second">The candidate placed on the right.</param>
public readonly record struct CandidatePair(int First, int Second)
{
    /// <summary>The same two candidates with their sides exchanged.</summary>
    public CandidatePair Swapped => new(Second, First);

    /// <inheritdoc/>
    public override string ToString() => $"({First},{Second})";
}
