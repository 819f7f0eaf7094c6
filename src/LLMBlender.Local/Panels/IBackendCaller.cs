using LLMBlender.Local.Backends;

namespace LLMBlender.Local.Panels;

/// <summary>Asks backends by name: in this process, or through a cluster's grains. Safe for concurrent use.</summary>
public interface IBackendCaller
{
    /// <summary>Asks a backend. A failure is a value: the others of the panel go on.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled the call.</exception>
    Task<BackendReply> AskAsync(string backend, BackendRequest request, CancellationToken cancellationToken);

    /// <summary>Asks a backend, and streams its answer as it is written. A failure is the last update's reply.</summary>
    /// <inheritdoc cref="AskAsync"/>
    IAsyncEnumerable<BackendUpdate> StreamAsync(string backend, BackendRequest request, CancellationToken cancellationToken);
}
