using Orleans.Runtime.MembershipService.SiloMetadata;

namespace LLMBlender.Silo.Placement;

/// <summary>The cards of the cluster's silos, as their metadata comes in. Safe for concurrent use.</summary>
internal sealed class SiloCards(ISiloMetadataCache metadata)
{
    /// <summary>A silo's card; null where it isn't known (yet).</summary>
    public SiloCard? Of(SiloAddress silo) => SiloCard.Read(metadata.GetSiloMetadata(silo).Metadata);
}
