using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace LLMBlender.Silo.Placement;

/// <summary>The capabilities of the cluster's silos. Safe for concurrent use.</summary>
/// <remarks>
/// They are Orleans' silo metadata. Where Orleans could not read a silo's at first, because the silo was slow to answer, it doesn't
/// ask again for long; so a member without metadata is asked here, once a second.
/// </remarks>
internal sealed class SiloCapabilityCache(ISiloMetadataCache metadata, IServiceProvider services, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<SiloAddress, Asked> asked = new();

    /// <summary>A silo's capabilities; null while they are unknown.</summary>
    public SiloCapabilities? Of(SiloAddress silo)
    {
        if (SiloCapabilities.Read(metadata.GetSiloMetadata(silo).Metadata) is { } found)
        {
            asked.TryRemove(silo, out _);
            return found;
        }

        var own = asked.GetOrAdd(silo, _ => new Asked(clock.GetTimestamp()));
        if (own.Value is null && own.MayAsk(clock, Interval))
        {
            _ = Task.Run(() => AskAsync(silo, own));
        }

        return own.Value;
    }

    private async Task AskAsync(SiloAddress silo, Asked own)
    {
        try
        {
            var grain = services.GetRequiredService<IGrainFactory>().GetGrain<ISiloCapabilitiesGrain>(PinnedKey.Of(silo));
            own.Value = SiloCapabilities.Read(await grain.ReadAsync());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // It is not there, or not yet. The next read asks again.
            own.Value = null;
        }
    }

    private sealed class Asked(long since)
    {
        private long last = since;

        public volatile SiloCapabilities? Value;

        // The first second is Orleans' own.
        public bool MayAsk(TimeProvider clock, TimeSpan interval)
        {
            var before = Interlocked.Read(ref last);
            return clock.GetElapsedTime(before) >= interval
                && Interlocked.CompareExchange(ref last, clock.GetTimestamp(), before) == before;
        }
    }
}
