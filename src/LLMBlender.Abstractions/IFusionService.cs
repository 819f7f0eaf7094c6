namespace LLMBlender.Abstractions;

/// <summary>Fuses ranked candidates into one answer. Thread-safe.</summary>
public interface IFusionService
{
    /// <summary>Fuses. If the fuser fails, <see cref="FuseResponse.Failure"/> is set and the answer is the best candidate.</summary>
    /// <exception cref="BlendException">The request is invalid, was rejected for overload, or exceeded its time limit.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the request.</exception>
    Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken = default);

    /// <summary>Fuses and streams the answer. The last update contains the whole response.</summary>
    /// <remarks>If the fuser fails after its first characters, the stream ends with a <see cref="BlendException"/>: streamed text cannot be revoked.</remarks>
    /// <inheritdoc cref="FuseAsync"/>
    IAsyncEnumerable<FuseUpdate> FuseStreamingAsync(FuseRequest request, CancellationToken cancellationToken = default);
}
