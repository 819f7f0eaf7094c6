using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Placement;

/// <summary>
/// A grain directory without entries: grains that are placed by rule need no record of their location, which could be on a dead silo.
/// </summary>
internal sealed class RuleDirectory : IGrainDirectory
{
    /// <summary>The directory's name.</summary>
    public const string Name = "llmblender.rule";

    /// <inheritdoc/>
    public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(address);

    /// <inheritdoc/>
    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult<GrainAddress?>(null);

    /// <inheritdoc/>
    public Task Unregister(GrainAddress address) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.CompletedTask;
}
