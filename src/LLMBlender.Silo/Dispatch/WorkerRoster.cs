using System.Collections.Concurrent;
using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Local.Comparing;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Silo.Dispatch;

/// <summary>
/// The current worker silos: active members of the cluster with the role, accelerators and a version that executes this silo's calls. Silos join and leave at run time, and each
/// read returns the current state. Safe for concurrent use.
/// </summary>
internal sealed class WorkerRoster(IClusterMembershipService membership, SiloCapabilityCache capabilities, IGrainFactory grains, TimeProvider timeProvider)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<SiloAddress, Worker> workers = new();
    private Snapshot? last;

    /// <summary>Returns the silos that have loaded a ranker's version, in the same order on all silos.</summary>
    public IReadOnlyList<Worker> Carrying(string version)
    {
        var now = Now();
        return [.. now.Silos.Where(entry => Array.Exists(entry.Capabilities.Rankers, ranker => ranker.Version == version)).Select(WorkerOf)];
    }

    /// <summary>Returns all worker silos.</summary>
    public IEnumerable<Worker> All() => Now().Silos.Select(WorkerOf);

    /// <summary>Returns the ranker with a name; null if no silo has loaded it.</summary>
    /// <remarks>During a rolling upgrade, the version on most accelerators; a request is compared by one version only.</remarks>
    /// <param name="name">The ranker's name; null for the default.</param>
    public RankerIdentity? Find(string? name)
    {
        var found = new Dictionary<RankerIdentity, int>();
        foreach (var (_, silo) in Now().Silos)
        {
            var ranker = name is null ? silo.Rankers.FirstOrDefault() : Array.Find(silo.Rankers, ranker => ranker.Name == name);
            if (ranker is not null)
            {
                found[ranker] = found.GetValueOrDefault(ranker) + silo.Accelerators;
            }
        }

        return found.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key.Version, StringComparer.Ordinal).FirstOrDefault().Key;
    }

    /// <summary>Waits for a worker silo, and returns the ranker with a name.</summary>
    /// <remarks>Waits because a cluster that has just started, or lost all its workers, may have some soon.</remarks>
    /// <exception cref="BlendException">No ranker has this name, or there is no worker silo within the request's time limit.</exception>
    public async Task<RankerIdentity> FindAsync(string? name, Deadline deadline)
    {
        try
        {
            while (true)
            {
                if (Find(name) is { } ranker)
                {
                    return ranker;
                }

                if (Names() is { Count: > 0 } names)
                {
                    throw BlendException.Invalid("ranker", $"ranker \"{name}\" is not known; known are {string.Join(", ", names)}");
                }

                await Task.Delay(Pause, timeProvider, deadline.Token);
            }
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            throw new BlendException(
                BlendWorkflow.Rank, BlendFailureReason.Unreachable, $"no worker silo was available for {deadline.Timeout.TotalSeconds:0.###} s")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            };
        }
    }

    /// <summary>Returns the names of all rankers that worker silos have loaded.</summary>
    public IReadOnlyList<string> Names() =>
        [.. Now().Silos.SelectMany(entry => entry.Capabilities.Rankers).Select(ranker => ranker.Name).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Returns whether a silo is an active member of the cluster.</summary>
    public bool IsActive(SiloAddress silo) => membership.CurrentSnapshot.GetSiloStatus(silo) is SiloStatus.Active;

    /// <summary>The number of worker silos.</summary>
    public int Count => Now().Silos.Count;

    private Worker WorkerOf((SiloAddress Silo, SiloCapabilities Capabilities) entry) =>
        workers.GetOrAdd(entry.Silo, silo => new Worker(silo, entry.Capabilities.Accelerators, grains));

    private Snapshot Now()
    {
        var members = membership.CurrentSnapshot;
        var known = Volatile.Read(ref last);
        if (known is not null && known.Version == members.Version && known.IsComplete)
        {
            return known;
        }

        var now = Read(members);
        Volatile.Write(ref last, now);
        foreach (var silo in workers.Keys)
        {
            if (members.GetSiloStatus(silo).IsTerminating())
            {
                workers.TryRemove(silo, out _);
            }
        }

        return now;
    }

    // The capabilities of a new member are unknown for a short time; such a snapshot is incomplete and not cached.
    private Snapshot Read(ClusterMembershipSnapshot members)
    {
        var silos = new List<(SiloAddress, SiloCapabilities)>();
        var isComplete = true;
        foreach (var member in members.Members.Values.Where(member => member.Status is SiloStatus.Active).OrderBy(member => member.SiloAddress))
        {
            var found = capabilities.Of(member.SiloAddress);
            isComplete &= found is not null;
            if (found is { Compares: true } && InterfaceVersions.Serves(found, SiloRoles.Compare))
            {
                silos.Add((member.SiloAddress, found));
            }
        }

        return new Snapshot(members.Version, silos, isComplete);
    }

    private sealed record Snapshot(MembershipVersion Version, List<(SiloAddress Silo, SiloCapabilities Capabilities)> Silos, bool IsComplete);
}
