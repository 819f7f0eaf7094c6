namespace LLMBlender.Abstractions;

/// <summary>
/// Ranks candidates, with comparisons from the cache and from worker silos. A source always maps to the same key, so concurrent
/// equal comparisons are computed once.
/// </summary>
[Alias("LLMBlender.IRankingGrain")]
public interface IRankingGrain : IGrainWithStringKey
{
    /// <summary>Ranks.</summary>
    /// <exception cref="BlendException">The request is invalid, was rejected for overload, or exceeded its time limit.</exception>
    [Alias("Rank"), ResponseTimeout(RequestTime.BeyondAny)]
    Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken);

    /// <summary>Compares two candidates.</summary>
    /// <exception cref="BlendException">As for <see cref="RankAsync"/>.</exception>
    [Alias("Compare"), ResponseTimeout(RequestTime.BeyondAny)]
    Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken);
}
