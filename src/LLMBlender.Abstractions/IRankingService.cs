namespace LLMBlender.Abstractions;

/// <summary>Ranks and compares candidates. Thread-safe.</summary>
public interface IRankingService
{
    /// <summary>Ranks candidates.</summary>
    /// <exception cref="BlendException">The request is invalid, was rejected for overload, or exceeded its time limit.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the request.</exception>
    Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken = default);

    /// <summary>Compares two candidates.</summary>
    /// <inheritdoc cref="RankAsync"/>
    Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken = default);
}
