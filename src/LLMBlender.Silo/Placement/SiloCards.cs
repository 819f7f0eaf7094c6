using System.Collections.Concurrent;
using LLMBlender.Silo.Grains;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace LLMBlender.Silo.Placement;

/// <summary>The cards of the cluster's silos. Safe for concurrent use.</summary>
/// <remarks>
/// They come in as Orleans' metadata; but where Orleans could not get hold of a silo's at first, because the silo was slow to
/// answer, it doesn't ask again for long. So a member without metadata is asked for its card here, once a second.
/// </remarks>
internal sealed class SiloCards(ISiloMetadataCache metadata, IServiceProvider services, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<SiloAddress, Asked> asked = new();

    /// <summary>A silo's card; null where it isn't known (yet).</summary>
    public SiloCard? Of(SiloAddress silo)
    {
        if (SiloCard.Read(metadata.GetSiloMetadata(silo).Metadata) is { } card)
        {
            asked.TryRemove(silo, out _);
            return card;
        }

        var own = asked.GetOrAdd(silo, _ => new Asked(clock.GetTimestamp()));
        if (own.Card is null && own.MayAsk(clock, Interval))
        {
            _ = Task.Run(() => AskAsync(silo, own));
        }

        return own.Card;
    }

    private async Task AskAsync(SiloAddress silo, Asked own)
    {
        try
        {
            var grain = services.GetRequiredService<IGrainFactory>().GetGrain<ISiloCardGrain>(PinnedKey.Of(silo, 0));
            own.Card = SiloCard.Read(await grain.ReadAsync());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // It is not there, or not yet. Whoever looks it up next asks again.
            own.Card = null;
        }
    }

    private sealed class Asked(long since)
    {
        private long last = since;

        public volatile SiloCard? Card;

        // The first second is Orleans' own.
        public bool MayAsk(TimeProvider clock, TimeSpan interval)
        {
            var before = Interlocked.Read(ref last);
            return clock.GetElapsedTime(before) >= interval
                && Interlocked.CompareExchange(ref last, clock.GetTimestamp(), before) == before;
        }
    }
}
