using System.IO.Hashing;
using System.Text;
using LLMBlender.Abstractions.Client;
using Orleans.Runtime.Placement;

namespace LLMBlender.Silo.Placement;

/// <summary>The director of <see cref="PinnedPlacement"/>, <see cref="HomePlacement"/> and <see cref="NearPlacement"/>.</summary>
internal sealed class DirectPlacementDirector(IClusterMembershipService membership) : IPlacementDirector
{
    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var key = target.GrainIdentity.Key.ToString()!;
        return Task.FromResult(strategy is PinnedPlacement
            ? Pinned(key)
            : Choose(context.GetCompatibleSilos(target), key, strategy is NearPlacement ? context.LocalSilo : null));
    }

    // By membership alone: Orleans' list of compatible silos may lack one that has joined for as long as nobody else joins or leaves.
    private SiloAddress Pinned(string key)
    {
        var silo = PinnedKey.SiloOf(key);
        return membership.CurrentSnapshot.GetSiloStatus(silo) is SiloStatus.Active
            ? silo
            : throw new SiloUnavailableException($"{silo}, which alone holds {key}, is not an active member of the cluster");
    }

    // Rendezvous hashing: a silo that comes or goes moves its own share of buckets and no other.
    private static SiloAddress Choose(SiloAddress[] silos, string key, SiloAddress? near)
    {
        if (silos.Length == 0)
        {
            throw new SiloUnavailableException($"no silo has the role for {key}");
        }

        var (bucket, attempt) = Routes.Parse(key);
        var ordered = silos
            .OrderBy(silo => silo.Equals(near) ? 0 : 1)
            .ThenBy(silo => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes($"{bucket}@{silo.ToParsableString()}")))
            .ToArray();
        return ordered[attempt % ordered.Length];
    }
}
