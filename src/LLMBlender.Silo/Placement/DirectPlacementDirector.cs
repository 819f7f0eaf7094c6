using System.IO.Hashing;
using System.Text;
using LLMBlender.Abstractions.Client;
using Orleans.Runtime.Placement;

namespace LLMBlender.Silo.Placement;

/// <summary>The director of <see cref="PinnedPlacement"/>, <see cref="HomePlacement"/> and <see cref="NearPlacement"/>.</summary>
internal sealed class DirectPlacementDirector : IPlacementDirector
{
    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        var key = target.GrainIdentity.Key.ToString()!;
        return Task.FromResult(strategy is PinnedPlacement
            ? Pinned(silos, key)
            : Choose(silos, key, strategy is NearPlacement ? context.LocalSilo : null));
    }

    private static SiloAddress Pinned(SiloAddress[] silos, string key)
    {
        var silo = PinnedKey.SiloOf(key);
        return Array.IndexOf(silos, silo) >= 0
            ? silo
            : throw new SiloUnavailableException($"{silo} is not among the {silos.Length} silos that could hold {key}");
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
