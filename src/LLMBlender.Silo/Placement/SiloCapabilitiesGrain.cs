using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Placement;

/// <summary>See <see cref="ISiloCapabilitiesGrain"/>.</summary>
[Reentrant, PinnedPlacement, GrainDirectory(RuleDirectory.Name)]
internal sealed class SiloCapabilitiesGrain(SiloCapabilities capabilities) : IdleDeactivatingGrain, ISiloCapabilitiesGrain
{
    /// <inheritdoc/>
    public Task<Dictionary<string, string>> ReadAsync() => Task.FromResult(new Dictionary<string, string>(capabilities.ToMetadata()));
}
