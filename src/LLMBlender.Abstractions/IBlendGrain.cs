namespace LLMBlender.Abstractions;

/// <summary>
/// Blends: calls a panel's members, ranks their answers and fuses the best. The grain has no state between requests, so any key
/// can serve any request; <see cref="IBlender"/> chooses the key, and another one if a silo is lost.
/// </summary>
[Alias("LLMBlender.IBlendGrain")]
public interface IBlendGrain : IGrainWithStringKey
{
    /// <summary>Blends.</summary>
    /// <exception cref="BlendException">The request is invalid, or has no answer within its time limit.</exception>
    [Alias("Blend"), ResponseTimeout(RequestTime.BeyondAny)]
    Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken);

    /// <summary>Blends and streams the answer. The last update contains the whole response.</summary>
    /// <exception cref="BlendException">As for <see cref="BlendAsync"/>.</exception>
    [Alias("Stream"), ResponseTimeout(RequestTime.BeyondAny)]
    IAsyncEnumerable<BlendUpdate> StreamAsync(BlendRequest request, CancellationToken cancellationToken);

    /// <summary>Returns the panels, the default one first.</summary>
    [Alias("Panels")]
    Task<PanelInfo[]> PanelsAsync();
}
