using System.Globalization;
using LLMBlender.Local.Comparing;

namespace LLMBlender.Silo.Placement;

/// <summary>What a silo can do, published to the others as its metadata: roles, accelerators and rankers.</summary>
/// <param name="Roles">What it does.</param>
/// <param name="Accelerators">How many accelerators it compares on.</param>
/// <param name="Rankers">The rankers on each of them, the default one first.</param>
internal sealed record SiloCapabilities(SiloRoles Roles, int Accelerators, RankerIdentity[] Rankers)
{
    private const string RolesKey = "llmblender.roles";
    private const string AcceleratorsKey = "llmblender.accelerators";
    private const string RankersKey = "llmblender.rankers";

    /// <summary>Whether comparisons can be sent to it.</summary>
    public bool Compares => Roles.HasFlag(SiloRoles.Compare) && Accelerators > 0;

    /// <summary>As metadata.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToMetadata() =>
    [
        new(RolesKey, RoleNames.Write(Roles)),
        new(AcceleratorsKey, Accelerators.ToString(CultureInfo.InvariantCulture)),
        new(RankersKey, string.Join(';', Rankers.Select(ranker => $"{ranker.Name}={ranker.Version}"))),
    ];

    /// <summary>Reads metadata; null for a silo that has none, or none yet, or another program's.</summary>
    public static SiloCapabilities? Read(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(RolesKey, out var roles))
        {
            return null;
        }

        _ = int.TryParse(metadata.GetValueOrDefault(AcceleratorsKey), CultureInfo.InvariantCulture, out var accelerators);
        return new SiloCapabilities(ReadRoles(roles), accelerators, [.. ReadRankers(metadata.GetValueOrDefault(RankersKey, ""))]);
    }

    // A role that only a newer version knows is ignored.
    private static SiloRoles ReadRoles(string list)
    {
        var roles = SiloRoles.None;
        foreach (var name in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                roles |= RoleNames.Parse(name);
            }
            catch (ArgumentException)
            {
                continue;
            }
        }

        return roles;
    }

    private static IEnumerable<RankerIdentity> ReadRankers(string list)
    {
        foreach (var entry in list.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = entry.LastIndexOf('=');
            if (at > 0)
            {
                yield return new RankerIdentity(entry[..at], entry[(at + 1)..]);
            }
        }
    }
}
