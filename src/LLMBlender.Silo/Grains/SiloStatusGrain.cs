using LLMBlender.Abstractions;
using LLMBlender.Silo.Placement;
using LLMBlender.Silo.Telemetry;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Grains;

/// <summary>See <see cref="ISiloStatusGrain"/>.</summary>
[Reentrant, PinnedPlacement, GrainDirectory(RuleDirectory.Name)]
internal sealed class SiloStatusGrain(SiloTally tally) : Grain, ISiloStatusGrain
{
    /// <inheritdoc/>
    public Task<SiloReport> ReadAsync() => Task.FromResult(tally.Report());
}
