namespace LLMBlender.Abstractions;

/// <summary>
/// Blends, ranks, compares and fuses. There are two implementations with the same behaviour: one runs in this process, the other
/// calls a cluster and retries on another silo if one is lost. Thread-safe.
/// </summary>
public interface IBlender : IRankingService, IFusionService
{
    /// <summary>Blends.</summary>
    /// <exception cref="BlendException">The request is invalid, or has no answer within its time limit.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the request.</exception>
    Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken = default);

    /// <summary>Blends and streams the answer. The last update contains the whole response.</summary>
    /// <remarks>In a cluster, the stream is restarted if its silo is lost before the first update; a later loss ends it with an exception.</remarks>
    /// <inheritdoc cref="BlendAsync"/>
    IAsyncEnumerable<BlendUpdate> BlendStreamingAsync(BlendRequest request, CancellationToken cancellationToken = default);

    /// <summary>Returns the panels, the default one first.</summary>
    Task<PanelInfo[]> GetPanelsAsync(CancellationToken cancellationToken = default);
}
