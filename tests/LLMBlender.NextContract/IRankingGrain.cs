using Orleans.CodeGeneration;

namespace LLMBlender.Abstractions;

/// <summary>As in src, but <see cref="RankAsync"/> is another method on the wire, and the former one stays for silos of the former version.</summary>
[Alias("LLMBlender.IRankingGrain"), Version(1)]
public interface IRankingGrain : IGrainWithStringKey
{
    /// <summary>The changed method.</summary>
    [Alias("RankAnew"), ResponseTimeout(RequestTime.BeyondAny)]
    Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken);

    /// <summary>The method of version 0.</summary>
    [Alias("Rank"), ResponseTimeout(RequestTime.BeyondAny)]
    Task<RankingResponse> RankFormerlyAsync(RankingRequest request, CancellationToken cancellationToken) => RankAsync(request, cancellationToken);

    /// <summary>As in src.</summary>
    [Alias("Compare"), ResponseTimeout(RequestTime.BeyondAny)]
    Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken);
}
