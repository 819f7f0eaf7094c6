namespace LLMBlender.Abstractions;

/// <summary>Fuses ranked candidates into one answer. Safe for concurrent use.</summary>
public interface IFusionService
{
    /// <summary>Fuses. A fuser that fails is reported in <see cref="FuseResponse.Failure"/>, and the answer is then the best candidate.</summary>
    /// <exception cref="BlendException">The request is invalid, was refused for overload, or exceeded its time.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the request.</exception>
    Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken = default);

    /// <summary>Fuses, and streams the answer as it is written. The last update holds the whole response.</summary>
    /// <remarks>A fuser that fails after its first characters ends the stream with a <see cref="BlendException"/>: they cannot be taken back.</remarks>
    /// <inheritdoc cref="FuseAsync"/>
    IAsyncEnumerable<FuseUpdate> FuseStreamingAsync(FuseRequest request, CancellationToken cancellationToken = default);
}
