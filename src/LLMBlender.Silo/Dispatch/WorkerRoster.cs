using System.Collections.Concurrent;
using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Local.Comparing;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Silo.Dispatch;

/// <summary>
/// The silos that compare at the moment: members of the cluster that have the role and accelerators. Silos come and go at run time,
/// and each read shows the cluster as it is now. Safe for concurrent use.
/// </summary>
internal sealed class WorkerRoster(IClusterMembershipService membership, SiloCapabilityCache capabilities, IGrainFactory grains, TimeProvider timeProvider)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<SiloAddress, Worker> workers = new();
    private Snapshot? last;

    /// <summary>The silos that carry a ranker's version, in an order that all silos agree on.</summary>
    public IReadOnlyList<Worker> Carrying(string version)
    {
        var now = Now();
        return [.. now.Silos.Where(entry => Array.Exists(entry.Capabilities.Rankers, ranker => ranker.Version == version)).Select(WorkerOf)];
    }

    /// <summary>The ranker that a name stands for; null where no silo carries it.</summary>
    /// <remarks>While an upgrade rolls through, the version on most accelerators; a request is compared by one version only.</remarks>
    /// <param name="name">A ranker's name; null for the default one.</param>
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

    /// <summary>Waits for a silo that compares, and finds the ranker that a name stands for.</summary>
    /// <remarks>A cluster that has just started, or lost all its accelerators, may have some in a moment.</remarks>
    /// <exception cref="BlendException">No ranker has this name, or no silo compares until the request's time is over.</exception>
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
                BlendWorkflow.Rank, BlendFailureReason.Unreachable, $"no silo that compares was there for {deadline.Timeout.TotalSeconds:0.###} s")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            };
        }
    }

    /// <summary>The names of all rankers that a silo carries.</summary>
    public IReadOnlyList<string> Names() =>
        [.. Now().Silos.SelectMany(entry => entry.Capabilities.Rankers).Select(ranker => ranker.Name).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>How many silos compare.</summary>
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

    // A silo is a member a moment before its capabilities are known; until then the snapshot isn't kept.
    private Snapshot Read(ClusterMembershipSnapshot members)
    {
        var silos = new List<(SiloAddress, SiloCapabilities)>();
        var isComplete = true;
        foreach (var member in members.Members.Values.Where(member => member.Status is SiloStatus.Active).OrderBy(member => member.SiloAddress))
        {
            var found = capabilities.Of(member.SiloAddress);
            isComplete &= found is not null;
            if (found is { Compares: true })
            {
                silos.Add((member.SiloAddress, found));
            }
        }

        return new Snapshot(members.Version, silos, isComplete);
    }

    private sealed record Snapshot(MembershipVersion Version, List<(SiloAddress Silo, SiloCapabilities Capabilities)> Silos, bool IsComplete);
}
