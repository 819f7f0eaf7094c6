namespace LLMBlender.Abstractions;

/// <summary>
/// Blends, ranks, compares and fuses. There are two implementations with one behaviour: one in this process, and one that
/// calls a cluster and retries on another silo where one is lost. Safe for concurrent use.
/// </summary>
public interface IBlender : IRankingService, IFusionService
{
    /// <summary>Blends.</summary>
    /// <exception cref="BlendException">The request is invalid, or no answer was available in its time.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the request.</exception>
    Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken = default);

    /// <summary>Blends, and streams the answer. The last update holds the whole response.</summary>
    /// <remarks>In a cluster, a silo lost before the first update costs only time; one lost later ends the stream with an exception.</remarks>
    /// <inheritdoc cref="BlendAsync"/>
    IAsyncEnumerable<BlendUpdate> BlendStreamingAsync(BlendRequest request, CancellationToken cancellationToken = default);

    /// <summary>The panels that can be asked, the default one first.</summary>
    Task<PanelInfo[]> GetPanelsAsync(CancellationToken cancellationToken = default);
}
