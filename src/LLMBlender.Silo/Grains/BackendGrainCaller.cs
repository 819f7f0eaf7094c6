using LLMBlender.Client;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Panels;

namespace LLMBlender.Silo.Grains;

/// <summary>Calls backends through their <see cref="IBackendGrain"/>s.</summary>
internal sealed class BackendGrainCaller(IGrainFactory grains) : IBackendCaller
{
    private readonly GrainReferences references = new(grains);

    /// <inheritdoc/>
    public Task<BackendReply> AskAsync(string backend, BackendRequest request, CancellationToken cancellationToken) =>
        references.Get<IBackendGrain>(backend).AskAsync(request, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<BackendUpdate> StreamAsync(string backend, BackendRequest request, CancellationToken cancellationToken) =>
        references.Get<IBackendGrain>(backend).StreamAsync(request, cancellationToken);
}
