using System.Runtime.CompilerServices;
using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.RateLimiting;

/// <summary>Charges a caller for the usage of its requests, as soon as each response is available. Used by one request.</summary>
internal sealed class MeteredBlender(IBlender inner, Caller caller) : IBlender
{
    /// <inheritdoc/>
    public async Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken = default)
    {
        var response = await inner.BlendAsync(request, cancellationToken);
        Charge(response.Usage);
        return response;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlendUpdate> BlendStreamingAsync(
        BlendRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var update in inner.BlendStreamingAsync(request, cancellationToken))
        {
            if (update.Response is { } whole)
            {
                Charge(whole.Usage);
            }

            yield return update;
        }
    }

    /// <inheritdoc/>
    public async Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken = default)
    {
        var response = await inner.RankAsync(request, cancellationToken);
        caller.Spend(response.PromptTokens, response.CompletionTokens, response.Cost);
        return response;
    }

    /// <inheritdoc/>
    public async Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken = default)
    {
        var response = await inner.CompareAsync(request, cancellationToken);
        caller.Spend(response.PromptTokens, response.CompletionTokens, response.Cost);
        return response;
    }

    /// <inheritdoc/>
    public async Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken = default)
    {
        var response = await inner.FuseAsync(request, cancellationToken);
        Charge(response);
        return response;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FuseUpdate> FuseStreamingAsync(
        FuseRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var update in inner.FuseStreamingAsync(request, cancellationToken))
        {
            if (update.Response is { } whole)
            {
                Charge(whole);
            }

            yield return update;
        }
    }

    /// <inheritdoc/>
    public Task<PanelInfo[]> GetPanelsAsync(CancellationToken cancellationToken = default) => inner.GetPanelsAsync(cancellationToken);

    private void Charge(BlendUsage usage) => caller.Spend(usage.PromptTokens, usage.CompletionTokens, usage.Cost);

    private void Charge(FuseResponse response) => caller.Spend(response.PromptTokens, response.CompletionTokens, response.Cost);
}
