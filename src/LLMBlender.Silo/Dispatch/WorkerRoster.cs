using System.Collections.Concurrent;
using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Silo.Dispatch;

/// <summary>
/// The silos that compare at the moment: members of the cluster whose card says so. Silos come and go at run time; whoever
/// asks sees the cluster as it is now. Safe for concurrent use.
/// </summary>
internal sealed class WorkerRoster(IClusterMembershipService membership, SiloCards cards)
{
    private readonly ConcurrentDictionary<SiloAddress, Worker> workers = new();
    private Snapshot? last;

    /// <summary>The silos that carry a ranker's version, in an order that all silos agree on.</summary>
    public IReadOnlyList<Worker> Carrying(string version)
    {
        var now = Now();
        return [.. now.Silos.Where(entry => Array.Exists(entry.Card.Rankers, ranker => ranker.Version == version)).Select(WorkerOf)];
    }

    /// <summary>The ranker that a name stands for; null where no silo carries it.</summary>
    /// <remarks>While an upgrade rolls through, the version on most accelerators; a request is compared by one version only.</remarks>
    /// <param name="name">A ranker's name; null for the default one.</param>
    public RankerIdentity? Find(string? name)
    {
        var found = new Dictionary<RankerIdentity, int>();
        foreach (var (_, card) in Now().Silos)
        {
            var ranker = name is null ? card.Rankers.FirstOrDefault() : Array.Find(card.Rankers, ranker => ranker.Name == name);
            if (ranker is not null)
            {
                found[ranker] = found.GetValueOrDefault(ranker) + card.Accelerators;
            }
        }

        return found.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key.Version, StringComparer.Ordinal).FirstOrDefault().Key;
    }

    /// <summary>The names of all rankers that a silo carries.</summary>
    public IReadOnlyList<string> Names() =>
        [.. Now().Silos.SelectMany(entry => entry.Card.Rankers).Select(ranker => ranker.Name).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>How many silos compare.</summary>
    public int Count => Now().Silos.Count;

    private Worker WorkerOf((SiloAddress Silo, SiloCard Card) entry) =>
        workers.GetOrAdd(entry.Silo, static (silo, card) => new Worker(silo, card.Accelerators), entry.Card);

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

    // A silo is a member a moment before its card is known; until then the snapshot isn't worth keeping.
    private Snapshot Read(ClusterMembershipSnapshot members)
    {
        var silos = new List<(SiloAddress, SiloCard)>();
        var isComplete = true;
        foreach (var member in members.Members.Values.Where(member => member.Status is SiloStatus.Active).OrderBy(member => member.SiloAddress))
        {
            var card = cards.Of(member.SiloAddress);
            isComplete &= card is not null;
            if (card is { Compares: true })
            {
                silos.Add((member.SiloAddress, card));
            }
        }

        return new Snapshot(members.Version, silos, isComplete);
    }

    private sealed record Snapshot(MembershipVersion Version, List<(SiloAddress Silo, SiloCard Card)> Silos, bool IsComplete);
}
