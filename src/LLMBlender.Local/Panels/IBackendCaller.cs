using LLMBlender.Local.Backends;

namespace LLMBlender.Local.Panels;

/// <summary>Calls backends by name, in this process or through a cluster's grains. Safe for concurrent use.</summary>
public interface IBackendCaller
{
    /// <summary>Calls a backend. A failure is returned, not thrown, so that the panel's other calls continue.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled the call.</exception>
    Task<BackendReply> AskAsync(string backend, BackendRequest request, CancellationToken cancellationToken);

    /// <summary>Calls a backend and streams its answer. The last update contains the reply, also of a failure.</summary>
    /// <inheritdoc cref="AskAsync"/>
    IAsyncEnumerable<BackendUpdate> StreamAsync(string backend, BackendRequest request, CancellationToken cancellationToken);
}
