namespace LLMBlender.Abstractions;

/// <summary>
/// Blends: has a panel asked, its answers ranked, and the best fused. It keeps nothing between requests, so that any key
/// serves any request; <see cref="IBlender"/> chooses keys, and another one where a silo is lost.
/// </summary>
[Alias("LLMBlender.IBlendGrain")]
public interface IBlendGrain : IGrainWithStringKey
{
    /// <summary>Blends.</summary>
    /// <exception cref="BlendException">The request is invalid, or nothing could be made of it in its time.</exception>
    [Alias("Blend"), ResponseTimeout(RequestTime.BeyondAny)]
    Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken);

    /// <summary>Blends, and hands the answer out as it is written. The last update holds the whole response.</summary>
    /// <exception cref="BlendException">As for <see cref="BlendAsync"/>.</exception>
    [Alias("Stream"), ResponseTimeout(RequestTime.BeyondAny)]
    IAsyncEnumerable<BlendUpdate> StreamAsync(BlendRequest request, CancellationToken cancellationToken);

    /// <summary>The panels there are, the default one first.</summary>
    [Alias("Panels")]
    Task<PanelInfo[]> PanelsAsync();
}
