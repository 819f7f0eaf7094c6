using System.IO.Hashing;
using System.Text;
using LLMBlender.Client;
using Orleans.Runtime.Placement;
using Orleans.Runtime.Placement.Filtering;

namespace LLMBlender.Silo.Placement;

/// <summary>The director of <see cref="PinnedPlacement"/>, <see cref="HomePlacement"/> and <see cref="NearPlacement"/>.</summary>
/// <remarks>
/// It uses only membership and the silos' capabilities, which include the versions of their grain interfaces. Orleans' list of compatible silos depends on the grain manifest that each silo
/// publishes; a slow silo can be missing from it long after it has joined, and if all remaining silos of a role are missing, no grain
/// of that role could be placed.
/// </remarks>
/// <param name="membership">The cluster's members.</param>
/// <param name="capabilities">The members' capabilities.</param>
/// <param name="roleOf">Returns the role that a grain's silo must have; null for any.</param>
internal sealed class DirectPlacementDirector(IClusterMembershipService membership, SiloCapabilityCache capabilities, Func<GrainType, SiloRoles?> roleOf)
    : IPlacementDirector
{
    public DirectPlacementDirector(IClusterMembershipService membership, SiloCapabilityCache capabilities, PlacementFilterStrategyResolver filters)
        : this(membership, capabilities, type => filters.GetPlacementFilterStrategies(type).OfType<RoleFilterStrategy>().FirstOrDefault()?.Role)
    {
    }

    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var key = target.GrainIdentity.Key.ToString()!;
        return Task.FromResult(strategy is PinnedPlacement
            ? Pinned(key, target)
            : Choose(Able(target), key, target, strategy is NearPlacement ? context.LocalSilo : null));
    }

    private SiloAddress Pinned(string key, PlacementTarget target)
    {
        var silo = PinnedKey.SiloOf(key);
        return membership.CurrentSnapshot.GetSiloStatus(silo) is not SiloStatus.Active
            ? throw new SiloUnavailableException($"{silo}, the only silo of {key}, is not an active member of the cluster")
            : capabilities.Of(silo) is { } found && !Serves(found, roleOf(target.GrainIdentity.Type), target)
            ? throw new SiloUnavailableException($"{silo}, the only silo of {key}, does not serve {Wanted(target)}")
            : silo;
    }

    private IEnumerable<SiloAddress> Able(PlacementTarget target)
    {
        var active = membership.CurrentSnapshot.Members.Values
            .Where(static member => member.Status is SiloStatus.Active).Select(static member => member.SiloAddress);
        return roleOf(target.GrainIdentity.Type) is { } role
            ? active.Where(silo => capabilities.Of(silo) is { } found && RoleFilterDirector.Fits(found, role) && Serves(found, role, target))
            : active;
    }

    // A ping has no version of its own: it must meet the silo of the calls that it watches over.
    private static bool Serves(SiloCapabilities silo, SiloRoles? role, PlacementTarget target) => target.InterfaceType.ToString() is { } name && InterfaceVersions.Knows(name)
        ? InterfaceVersions.Serves(silo, name, target.InterfaceVersion)
        : role is null || InterfaceVersions.Serves(silo, role.Value);

    private static string Wanted(PlacementTarget target) => $"version {target.InterfaceVersion} of {target.InterfaceType}";

    // Rendezvous hashing: a silo that joins or leaves moves only its own share of buckets.
    private SiloAddress Choose(IEnumerable<SiloAddress> silos, string key, PlacementTarget target, SiloAddress? near)
    {
        var (bucket, attempt) = Routes.Parse(key);
        var ordered = silos
            .OrderBy(silo => silo.Equals(near) ? 0 : 1)
            .ThenBy(silo => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes($"{bucket}@{silo.ToParsableString()}")))
            .ToArray();
        return ordered.Length > 0
            ? ordered[attempt % ordered.Length]
            : throw new SiloUnavailableException($"no silo has the role {roleOf(target.GrainIdentity.Type)} for {target.GrainIdentity}{(target.InterfaceVersion > 0 ? $" and serves {Wanted(target)}" : "")}: the members are {Members()}");
    }

    private string Members() => string.Join(", ", membership.CurrentSnapshot.Members.Values.Select(
        member => $"{member.SiloAddress} ({member.Status}, {capabilities.Of(member.SiloAddress)?.Roles.ToString() ?? "role not known"})"));
}
