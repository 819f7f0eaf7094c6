using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Placement;

/// <summary>
/// A grain directory that knows nothing: grains that are placed by rule need no record of where they are, and so none that
/// could be on a silo that has died.
/// </summary>
internal sealed class RuleDirectory : IGrainDirectory
{
    /// <summary>What grains call it.</summary>
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
