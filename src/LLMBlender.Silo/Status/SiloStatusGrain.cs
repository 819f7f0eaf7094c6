using LLMBlender.Abstractions;
using LLMBlender.Silo.Placement;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Status;

/// <summary>See <see cref="ISiloStatusGrain"/>.</summary>
[Reentrant, PinnedPlacement, GrainDirectory(RuleDirectory.Name)]
internal sealed class SiloStatusGrain(SiloReporter reporter) : IdleDeactivatingGrain, ISiloStatusGrain
{
    /// <inheritdoc/>
    public Task<SiloReport> ReadAsync() => Task.FromResult(reporter.Report());
}
