using System.Globalization;
using LLMBlender.Abstractions;
using LLMBlender.Local.Comparing;

namespace LLMBlender.Silo.Placement;

/// <summary>A silo's roles, accelerators, rankers and versions of grain interfaces, published to other silos as metadata.</summary>
/// <param name="Roles">The silo's roles.</param>
/// <param name="Accelerators">The number of accelerators.</param>
/// <param name="Rankers">The rankers on each accelerator, the default first.</param>
internal sealed record SiloCapabilities(SiloRoles Roles, int Accelerators, RankerIdentity[] Rankers)
{
    private const string RolesKey = "llmblender.roles";
    private const string AcceleratorsKey = "llmblender.accelerators";
    private const string RankersKey = "llmblender.rankers";
    private const string InfosKey = "llmblender.ranker-infos";
    private const string VersionsKey = "llmblender.versions";

    /// <summary>The versions of the silo's grain interfaces above 0, by Orleans' names; see <see cref="InterfaceVersions"/>.</summary>
    public IReadOnlyDictionary<string, ushort> Versions { get; init; } = new Dictionary<string, ushort>();

    /// <summary>Whether the silo can compare.</summary>
    public bool Compares => Roles.HasFlag(SiloRoles.Compare) && Accelerators > 0;

    /// <summary>Returns the capabilities as metadata.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToMetadata() =>
    [
        new(RolesKey, RoleNames.Write(Roles)),
        new(AcceleratorsKey, Accelerators.ToString(CultureInfo.InvariantCulture)),
        new(RankersKey, string.Join(';', Rankers.Select(ranker => $"{ranker.Name}={ranker.Version}"))),
        new(InfosKey, string.Join(';', Rankers.Select(static ranker => Write(ranker.Info)))),
        new(VersionsKey, string.Join(';', Versions.Select(static entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Key}={entry.Value}")))),
    ];

    /// <summary>Parses metadata; null if it contains no capabilities, as of a new silo or another program.</summary>
    public static SiloCapabilities? Read(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(RolesKey, out var roles))
        {
            return null;
        }

        _ = int.TryParse(metadata.GetValueOrDefault(AcceleratorsKey), CultureInfo.InvariantCulture, out var accelerators);
        return new SiloCapabilities(ReadRoles(roles), accelerators, [.. ReadRankers(metadata.GetValueOrDefault(RankersKey, ""), metadata.GetValueOrDefault(InfosKey, ""))])
        {
            Versions = ReadVersions(metadata.GetValueOrDefault(VersionsKey, "")),
        };
    }

    // What cannot be read counts as version 0, to which no call of a higher version goes.
    private static Dictionary<string, ushort> ReadVersions(string list)
    {
        var versions = new Dictionary<string, ushort>();
        foreach (var entry in list.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = entry.LastIndexOf('=');
            if (at > 0 && ushort.TryParse(entry.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                versions[entry[..at]] = version;
            }
        }

        return versions;
    }

    // Unknown roles, of a newer version, are ignored.
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

    // A silo of an older version has no infos.
    private static IEnumerable<RankerIdentity> ReadRankers(string list, string infos)
    {
        var known = infos.Split(';');
        foreach (var (i, entry) in list.Split(';', StringSplitOptions.RemoveEmptyEntries).Index())
        {
            var at = entry.LastIndexOf('=');
            if (at > 0)
            {
                yield return new RankerIdentity(entry[..at], entry[(at + 1)..]) { Info = ReadInfo(entry[..at], known.ElementAtOrDefault(i)) };
            }
        }
    }

    private static string Write(RankerInfo? info) => info is null ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{info.Kind},{info.Temperature:R},{(info.Demonstration ? "demonstration" : "")},{info.ConsensusWeight:R}");

    private static RankerInfo? ReadInfo(string name, string? text) => text?.Split(',') is not [{ Length: > 0 } kind, var temperature, var demonstration, .. var rest]
        ? null
        : new RankerInfo(name, kind)
        {
            Temperature = double.TryParse(temperature, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : null,
            Demonstration = demonstration.Length > 0,
            ConsensusWeight = double.TryParse(rest.FirstOrDefault(), CultureInfo.InvariantCulture, out var weight) && weight > 0 ? weight : 0,
        };
}
