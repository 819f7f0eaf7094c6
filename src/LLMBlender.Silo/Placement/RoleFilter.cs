using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace LLMBlender.Silo.Placement;

/// <summary>Restricts a grain to silos that have a role; for <see cref="SiloRoles.Compare"/>, also an accelerator.</summary>
/// <remarks>Orleans' metadata filters match the caller's metadata, but a silo without accelerators must find silos that have them.</remarks>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
internal sealed class RoleFilterAttribute(SiloRoles role, int order = 0) : PlacementFilterAttribute(new RoleFilterStrategy(role, order));

/// <summary>See <see cref="RoleFilterAttribute"/>.</summary>
public sealed class RoleFilterStrategy : PlacementFilterStrategy
{
    private const string Property = "llmblender.role";

    /// <summary>For the runtime, which then calls <see cref="AdditionalInitialize"/>.</summary>
    public RoleFilterStrategy()
        : base(order: 0)
    {
    }

    internal RoleFilterStrategy(SiloRoles role, int order)
        : base(order) => Role = role;

    /// <summary>The role that a silo must have.</summary>
    public SiloRoles Role { get; private set; }

    /// <inheritdoc/>
    public override void AdditionalInitialize(Orleans.Metadata.GrainProperties properties) =>
        Role = RoleNames.Parse(GetPlacementFilterGrainProperty(Property, properties) ?? "");

    /// <inheritdoc/>
    protected override IEnumerable<KeyValuePair<string, string>> GetAdditionalGrainProperties(
        IServiceProvider services, Type grainClass, GrainType grainType, IReadOnlyDictionary<string, string> existingProperties) =>
        [new(Property, RoleNames.Write(Role))];
}

/// <summary>See <see cref="RoleFilterAttribute"/>.</summary>
internal sealed class RoleFilterDirector(SiloCapabilityCache capabilities) : IPlacementFilterDirector
{
    /// <inheritdoc/>
    public IEnumerable<SiloAddress> Filter(
        PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos) =>
        Filter(capabilities, ((RoleFilterStrategy)filterStrategy).Role, silos);

    /// <summary>Returns the silos that have a role.</summary>
    public static IEnumerable<SiloAddress> Filter(SiloCapabilityCache capabilities, SiloRoles role, IEnumerable<SiloAddress> silos) =>
        silos.Where(silo => capabilities.Of(silo) is { } found && Fits(found, role));

    /// <summary>Returns whether a silo has a role.</summary>
    public static bool Fits(SiloCapabilities silo, SiloRoles role) => role is SiloRoles.Compare ? silo.Compares : silo.Roles.HasFlag(role);
}
