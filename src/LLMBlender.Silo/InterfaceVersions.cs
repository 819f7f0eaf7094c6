using System.Reflection;
using LLMBlender.Abstractions;
using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Grains;
using LLMBlender.Silo.Placement;
using Orleans.CodeGeneration;

namespace LLMBlender.Silo;

/// <summary>
/// The versions of grain interfaces, of which a cluster has two during an upgrade that changes a method. A silo publishes its own with its capabilities, and a call goes to
/// a silo whose version is the caller's or higher, as in Orleans' <see cref="Orleans.Versions.Compatibility.BackwardCompatible"/>.
/// </summary>
/// <remarks>
/// An interface without <see cref="VersionAttribute"/> has version 0, as those of silos that publish none. Grains of a role are placed by a rule of this project and not on
/// Orleans' compatible silos, for the reason that <see cref="DirectPlacementDirector"/> states.
/// </remarks>
internal static class InterfaceVersions
{
    private static readonly (SiloRoles Role, string Name, ushort Version)[] Interfaces =
    [
        Of<IBlendGrain>(SiloRoles.Blend), Of<IBackendGrain>(SiloRoles.Blend), Of<IRankingGrain>(SiloRoles.Blend), Of<IFusionGrain>(SiloRoles.Fuse),
        Of<ICompareWorkerGrain>(SiloRoles.Compare),
    ];

    /// <summary>This process's versions above 0, by Orleans' name of the interface.</summary>
    public static IReadOnlyDictionary<string, ushort> Own { get; } =
        Interfaces.Where(static one => one.Version > 0).ToDictionary(static one => one.Name, static one => one.Version);

    /// <summary>Returns whether a silo executes calls of a version of an interface.</summary>
    public static bool Serves(SiloCapabilities silo, string name, ushort version) => silo.Versions.GetValueOrDefault(name) >= version;

    /// <summary>Returns whether a silo executes this process's calls of all interfaces of a role.</summary>
    public static bool Serves(SiloCapabilities silo, SiloRoles role) =>
        Array.TrueForAll(Interfaces, one => one.Role != role || Serves(silo, one.Name, one.Version));

    /// <summary>Returns whether placement by role knows the versions of an interface. It does not know those of extensions, which every grain has.</summary>
    public static bool Knows(string name) => Array.Exists(Interfaces, one => one.Name == name);

    private static (SiloRoles Role, string Name, ushort Version) Of<T>(SiloRoles role) =>
        (role, typeof(T).GetCustomAttribute<AliasAttribute>()!.Alias, typeof(T).GetCustomAttribute<VersionAttribute>()?.Version ?? 0);
}
