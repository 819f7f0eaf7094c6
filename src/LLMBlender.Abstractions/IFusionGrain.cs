namespace LLMBlender.Abstractions;

/// <summary>Fuses the best candidates into one answer.</summary>
[Alias("LLMBlender.IFusionGrain")]
public interface IFusionGrain : IGrainWithStringKey
{
    /// <summary>Fuses.</summary>
    /// <exception cref="BlendException">The request is invalid or exceeded its time limit, or the fuser failed.</exception>
    [Alias("Fuse"), ResponseTimeout(RequestTime.BeyondAny)]
    Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken);

    /// <summary>Fuses and streams the answer. The last update contains the whole response.</summary>
    /// <exception cref="BlendException">As for <see cref="FuseAsync"/>.</exception>
    [Alias("Stream"), ResponseTimeout(RequestTime.BeyondAny)]
    IAsyncEnumerable<FuseUpdate> StreamAsync(FuseRequest request, CancellationToken cancellationToken);
}
