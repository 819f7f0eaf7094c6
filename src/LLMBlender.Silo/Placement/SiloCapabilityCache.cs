using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace LLMBlender.Silo.Placement;

/// <summary>The capabilities of the cluster's silos. Safe for concurrent use.</summary>
/// <remarks>
/// They are Orleans' silo metadata. If Orleans' first read of a silo's metadata fails because the silo is slow, Orleans retries only
/// after a long time; therefore, this cache reads missing metadata from the silo, at most once a second.
/// </remarks>
internal sealed class SiloCapabilityCache(ISiloMetadataCache metadata, IServiceProvider services, TimeProvider timeProvider)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<SiloAddress, Missing> missing = new();

    /// <summary>Returns a silo's capabilities; null if they are not known yet.</summary>
    public SiloCapabilities? Of(SiloAddress silo)
    {
        if (SiloCapabilities.Read(metadata.GetSiloMetadata(silo).Metadata) is { } found)
        {
            missing.TryRemove(silo, out _);
            return found;
        }

        var own = missing.GetOrAdd(silo, _ => new Missing(timeProvider.GetTimestamp()));
        if (own.Value is null && own.MayRead(timeProvider, Interval))
        {
            _ = Task.Run(() => ReadAsync(silo, own));
        }

        return own.Value;
    }

    private async Task ReadAsync(SiloAddress silo, Missing own)
    {
        try
        {
            var grain = services.GetRequiredService<IGrainFactory>().GetGrain<ISiloCapabilitiesGrain>(PinnedKey.Of(silo));
            own.Value = SiloCapabilities.Read(await grain.ReadAsync());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The silo is unavailable. A later read tries again.
            own.Value = null;
        }
    }

    private sealed class Missing(long since)
    {
        private long last = since;

        public volatile SiloCapabilities? Value;

        // Orleans gets one second for its own first read.
        public bool MayRead(TimeProvider timeProvider, TimeSpan interval)
        {
            var before = Interlocked.Read(ref last);
            return timeProvider.GetElapsedTime(before) >= interval
                && Interlocked.CompareExchange(ref last, timeProvider.GetTimestamp(), before) == before;
        }
    }
}
