namespace LLMBlender.Abstractions;

/// <summary>
/// Ranks candidates, with comparisons from the cache and from the silos that carry accelerators. One source has one home
/// among the keys, so that a pair that many ask for at once is computed once.
/// </summary>
[Alias("LLMBlender.IRankingGrain")]
public interface IRankingGrain : IGrainWithStringKey
{
    /// <summary>Ranks.</summary>
    /// <exception cref="BlendException">The request is invalid, was refused for overload, or ran out of its time.</exception>
    [Alias("Rank"), ResponseTimeout(RequestTime.BeyondAny)]
    Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken);

    /// <summary>Compares two candidates.</summary>
    /// <exception cref="BlendException">As for <see cref="RankAsync"/>.</exception>
    [Alias("Compare"), ResponseTimeout(RequestTime.BeyondAny)]
    Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken);
}
