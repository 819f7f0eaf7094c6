using LLMBlender.Silo.Placement;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Grains;

/// <summary>See <see cref="ISiloCardGrain"/>.</summary>
[Reentrant, PinnedPlacement, GrainDirectory(RuleDirectory.Name)]
internal sealed class SiloCardGrain(SiloCard card) : Grain, ISiloCardGrain
{
    /// <inheritdoc/>
    public Task<Dictionary<string, string>> ReadAsync() => Task.FromResult(new Dictionary<string, string>(card.ToMetadata()));
}
