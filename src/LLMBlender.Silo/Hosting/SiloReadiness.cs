using LLMBlender.Local.Panels;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Dispatch;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Silo.Hosting;

/// <summary>Determines whether a silo is ready for requests. Safe for concurrent use.</summary>
public sealed class SiloReadiness
{
    private readonly ILocalSiloDetails local;
    private readonly IClusterMembershipService membership;
    private readonly SiloCapabilityCache known;
    private readonly WorkerRoster roster;
    private readonly Admission admission;
    private readonly SiloCapabilities own;
    private readonly PanelRegistry panels;
    private bool hasSeenWorkers;

    internal SiloReadiness(
        ILocalSiloDetails local,
        IClusterMembershipService membership,
        SiloCapabilityCache known,
        WorkerRoster roster,
        Admission admission,
        SiloCapabilities own,
        PanelRegistry panels) =>
        (this.local, this.membership, this.known, this.roster, this.admission, this.own, this.panels) =
            (local, membership, known, roster, admission, own, panels);

    /// <summary>The silo's address.</summary>
    public string Address => local.SiloAddress.ToString();

    /// <summary>Whether the silo is an active member with known capabilities.</summary>
    public bool IsMember =>
        membership.CurrentSnapshot.GetSiloStatus(local.SiloAddress) is SiloStatus.Active && known.Of(local.SiloAddress) is not null;

    /// <summary>The number of worker silos in the cluster.</summary>
    public int Comparing => roster.Count;

    /// <summary>Returns why the silo is not ready; null if it is ready.</summary>
    public string? Problem() =>
        admission.IsLeaving ? "shutting down"
        : !IsMember ? "not yet a member of the cluster"
        : !Blends() ? "no silo of the cluster blends"
        : own.Roles.HasFlag(SiloRoles.Compare) && !own.Compares ? "nothing to compare with: no accelerator, or no ranker, is configured"
        : own.Roles.HasFlag(SiloRoles.Blend) && !HasWorkers() ? "no silo of the cluster compares"
        : null;

    /// <summary>Waits until <see cref="IsMember"/>, polling at an interval.</summary>
    public async Task WhenMemberAsync(TimeSpan tick, CancellationToken cancellationToken)
    {
        while (!IsMember)
        {
            await Task.Delay(tick, cancellationToken);
        }
    }

    // Workers are required only once: a cluster that later loses all workers still returns answers of lower quality, and would return
    // none if all its silos became unready.
    private bool HasWorkers()
    {
        if (!hasSeenWorkers && (roster.Count > 0 || NeedsNoWorkers()))
        {
            hasSeenWorkers = true;
        }

        return hasSeenWorkers;
    }

    // Panels whose ranker is a backend or a scorer need no workers.
    private bool NeedsNoWorkers() => panels.Panels.Count > 0 && panels.Panels.All(panel => panel.Ranker is { } ranker && panels.HasRanker(ranker));

    private bool Blends() => membership.CurrentSnapshot.Members.Values.Any(member => member.Status is SiloStatus.Active
        && known.Of(member.SiloAddress) is { } found && found.Roles.HasFlag(SiloRoles.Blend) && InterfaceVersions.Serves(found, SiloRoles.Blend));
}
