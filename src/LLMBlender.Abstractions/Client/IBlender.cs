namespace LLMBlender.Abstractions.Client;

/// <summary>
/// The cluster, for those who ask it: each call chooses a grain, watches the way to it, and goes to another one where a
/// silo is lost, until the request's own time is up. Safe for concurrent use.
/// </summary>
public interface IBlender
{
    /// <summary>Blends.</summary>
    /// <exception cref="BlendException">The request is invalid, or nothing could be made of it in its time.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; the silos hear of it.</exception>
    Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellation = default);

    /// <summary>Blends, and hands the answer out as it is written. The last update holds the whole response.</summary>
    /// <remarks>A silo lost before the first piece costs nothing but time; one lost later ends the stream with an exception.</remarks>
    /// <inheritdoc cref="BlendAsync"/>
    IAsyncEnumerable<BlendUpdate> StreamAsync(BlendRequest request, CancellationToken cancellation = default);

    /// <summary>The panels there are, the default one first.</summary>
    Task<PanelCard[]> PanelsAsync(CancellationToken cancellation = default);

    /// <summary>Ranks candidates.</summary>
    /// <inheritdoc cref="BlendAsync"/>
    Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellation = default);

    /// <summary>Compares two candidates.</summary>
    /// <inheritdoc cref="BlendAsync"/>
    Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellation = default);

    /// <summary>Fuses candidates.</summary>
    /// <inheritdoc cref="BlendAsync"/>
    Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellation = default);

    /// <summary>Fuses candidates, and hands the answer out as it is written.</summary>
    /// <remarks>As for <see cref="StreamAsync(BlendRequest, CancellationToken)"/>.</remarks>
    /// <inheritdoc cref="BlendAsync"/>
    IAsyncEnumerable<FuseUpdate> StreamAsync(FuseRequest request, CancellationToken cancellation = default);
}
