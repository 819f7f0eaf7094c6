using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;

namespace LLMBlender.Silo.Grains;

/// <summary>Calls one backend. The grain's key is the backend's name.</summary>
[Alias("LLMBlender.IBackendGrain")]
internal interface IBackendGrain : IGrainWithStringKey
{
    /// <summary>Calls the backend. A failure is returned, not thrown, so that the panel's other calls continue.</summary>
    [Alias("Ask"), ResponseTimeout(RequestTime.BeyondAny)]
    Task<BackendReply> AskAsync(BackendRequest request, CancellationToken cancellationToken);

    /// <summary>Calls the backend and streams its answer. The last update contains the reply, also of a failure.</summary>
    [Alias("Stream"), ResponseTimeout(RequestTime.BeyondAny)]
    IAsyncEnumerable<BackendUpdate> StreamAsync(BackendRequest request, CancellationToken cancellationToken);
}
