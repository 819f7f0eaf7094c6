using LLMBlender.Local.Backends;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Dispatch;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Silo.Hosting;

/// <summary>Whether a silo should get requests. Safe for concurrent use.</summary>
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

    /// <summary>The silo's own address.</summary>
    public string Address => local.SiloAddress.ToString();

    /// <summary>Whether the silo is a member that the others can use.</summary>
    public bool IsMember =>
        membership.CurrentSnapshot.GetSiloStatus(local.SiloAddress) is SiloStatus.Active && known.Of(local.SiloAddress) is not null;

    /// <summary>How many silos of the cluster compare.</summary>
    public int Comparing => roster.Count;

    /// <summary>Why it should get no requests at the moment; null where it should.</summary>
    public string? Problem() =>
        admission.IsLeaving ? "shutting down"
        : !IsMember ? "not yet a member of the cluster"
        : !Blends() ? "no silo of the cluster blends"
        : own.Roles.HasFlag(SiloRoles.Compare) && !own.Compares ? "nothing to compare with: no accelerator, or no ranker, is configured"
        : own.Roles.HasFlag(SiloRoles.Blend) && !HasWorkers() ? "no silo of the cluster compares"
        : null;

    /// <summary>Waits until the silo is a member that the others can use.</summary>
    public async Task WhenMemberAsync(TimeSpan tick, CancellationToken cancellationToken)
    {
        while (!IsMember)
        {
            await Task.Delay(tick, cancellationToken);
        }
    }

    // Asked for once only: a cluster that loses all its workers later still gives answers, poorer ones; and were every silo to call
    // itself unready then, it would give none.
    private bool HasWorkers()
    {
        if (!hasSeenWorkers && (roster.Count > 0 || IsJudged()))
        {
            hasSeenWorkers = true;
        }

        return hasSeenWorkers;
    }

    // Panels whose ranker is a backend want no worker.
    private bool IsJudged() => panels.Panels.Count > 0 && panels.Panels.All(panel => panel.Ranker is { } ranker && panels.FindBackend(ranker) is not null);

    private bool Blends() => membership.CurrentSnapshot.Members.Values.Any(
        member => member.Status is SiloStatus.Active && known.Of(member.SiloAddress)?.Roles.HasFlag(SiloRoles.Blend) == true);
}
