using System.Runtime.CompilerServices;
using LLMBlender.Abstractions;
using LLMBlender.Gateway.RateLimiting;

namespace LLMBlender.Gateway.Caching;

/// <summary>Gives a panel's kept answers to equal requests, and keeps new ones. Used by one request of the API.</summary>
/// <param name="inner">Serves the request if its answer is not kept.</param>
/// <param name="limits">Knows what the caller may use; null for everything.</param>
/// <param name="caller">The caller's name; empty for none.</param>
/// <param name="facts">Says whether the request uses the cache, and receives what the cache did.</param>
/// <param name="panels">The panels.</param>
/// <param name="cache">The cache.</param>
internal sealed class CachedBlender(
    IBlender inner, MeteredBlender? limits, string caller, AnswerFacts facts, PanelDirectory panels, AnswerCache cache) : IBlender
{
    /// <inheritdoc/>
    public async Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken = default)
    {
        var place = await FindPlaceAsync(request, cancellationToken);
        if (place.Kept is { } kept)
        {
            return kept;
        }

        var answer = await inner.BlendAsync(request, cancellationToken);
        await KeepAsync(place, answer);
        return answer;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlendUpdate> BlendStreamingAsync(
        BlendRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var place = await FindPlaceAsync(request, cancellationToken);
        if (place.Kept is { } kept)
        {
            if (kept.ToolUse is null)
            {
                yield return new BlendUpdate(kept.Answer, null);
            }

            yield return new BlendUpdate("", kept);
            yield break;
        }

        await foreach (var update in inner.BlendStreamingAsync(request, cancellationToken))
        {
            if (update.Response is { } answer)
            {
                await KeepAsync(place, answer);
            }

            yield return update;
        }
    }

    /// <inheritdoc/>
    public Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken = default) => inner.RankAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken = default) => inner.CompareAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken = default) => inner.FuseAsync(request, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<FuseUpdate> FuseStreamingAsync(FuseRequest request, CancellationToken cancellationToken = default) =>
        inner.FuseStreamingAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<PanelInfo[]> GetPanelsAsync(CancellationToken cancellationToken = default) => inner.GetPanelsAsync(cancellationToken);

    // Looks the answer up. The key is null if it is not to be kept.
    private async ValueTask<Place> FindPlaceAsync(BlendRequest request, CancellationToken cancellationToken)
    {
        if (request.Candidates is not null || await PanelOfAsync(request, cancellationToken) is not { Cache: { } rule } panel)
        {
            return default;
        }

        // What is kept is no way around the caller's limits.
        if (limits is not null)
        {
            await limits.CheckAsync(request, cancellationToken);
        }

        if (!Uses(request, rule))
        {
            Note(panel, CacheResult.Bypass);
            return default;
        }

        var key = cache.KeyOf(request, panel, caller);
        if (await cache.FindAsync(key) is not { } kept)
        {
            Note(panel, CacheResult.Miss);
            return new Place(key, panel.Name, rule, null);
        }

        Note(panel, CacheResult.Hit);
        cache.Metrics.Saved(panel.Name, kept.Usage.Calls);
        var usage = kept.Usage with { Cost = kept.Usage.Cost is null ? null : 0, Calls = 0 };
        return new Place(key, panel.Name, rule, kept with { Id = request.Id, Usage = usage, MemberSeconds = 0 });
    }

    private async ValueTask<PanelInfo?> PanelOfAsync(BlendRequest request, CancellationToken cancellationToken) => request.Panel is { } name
        ? Array.Find(await panels.ListAsync(cancellationToken), panel => panel.Name == name)
        : (await panels.ListAsync(cancellationToken)).FirstOrDefault();

    private bool Uses(BlendRequest request, PanelCache rule)
    {
        var isGreedy = request.Sampling?.Temperature is { } temperature ? temperature == 0 : rule.IsGreedy;
        return facts.UsesCache is not false && (!rule.OnRequest || facts.UsesCache is true) && (isGreedy || rule.KeepsSampled);
    }

    private void Note(PanelInfo panel, CacheResult result)
    {
        facts.Note(result);
        cache.Metrics.LookedUp(panel.Name, result);
    }

    private async ValueTask KeepAsync(Place place, BlendResponse answer)
    {
        if (place.Key is { } key && IsWhole(answer) && await IsCurrentAsync(place))
        {
            await cache.KeepAsync(key, answer, place.Rule!.Lifetime);
        }
    }

    // While settings change, an answer of the new ones could be kept as one of the old ones.
    private async ValueTask<bool> IsCurrentAsync(Place place)
    {
        try
        {
            var known = await panels.RefreshAsync(CancellationToken.None);
            return Array.Exists(known, panel => panel.Name == place.Panel && panel.Cache?.Version == place.Rule!.Version);
        }
        catch (BlendException)
        {
            return false;
        }
    }

    private static bool IsWhole(BlendResponse answer) =>
        answer is { ReachedLimit: false, IsUnranked: false, Failures: [] } && (answer.Answer.Length > 0 || answer.ToolUse is not null);

    private readonly record struct Place(string? Key, string? Panel, PanelCache? Rule, BlendResponse? Kept);
}
