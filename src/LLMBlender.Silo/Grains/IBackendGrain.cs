using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;

namespace LLMBlender.Silo.Grains;

/// <summary>One backend of a panel; its key is the backend's name.</summary>
[Alias("LLMBlender.IBackendGrain")]
internal interface IBackendGrain : IGrainWithStringKey
{
    /// <summary>Asks it. A failure is a value: the others of the panel go on.</summary>
    [Alias("Ask"), ResponseTimeout(RequestTime.BeyondAny)]
    Task<BackendReply> AskAsync(BackendRequest request, CancellationToken cancellationToken);

    /// <summary>Asks it, and streams its answer as it is written. A failure is the last update's reply.</summary>
    [Alias("Stream"), ResponseTimeout(RequestTime.BeyondAny)]
    IAsyncEnumerable<BackendUpdate> StreamAsync(BackendRequest request, CancellationToken cancellationToken);
}
