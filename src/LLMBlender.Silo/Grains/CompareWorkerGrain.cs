using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Hosting;
using LLMBlender.Silo.Placement;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Grains;

/// <summary>See <see cref="ICompareWorkerGrain"/>. Reentrant, for many shards wait in it at a time, and pulses must not.</summary>
[Reentrant, PinnedPlacement, RoleFilter(SiloRoles.Compare), GrainDirectory(RuleDirectory.Name)]
internal sealed class CompareWorkerGrain(CompareQueue queue, Admission admission) : Grain, ICompareWorkerGrain
{
    /// <inheritdoc/>
    public async Task<CompareReply> CompareAsync(CompareShard shard, CancellationToken cancellationToken)
    {
        if (!admission.TryEnter(shard.Call, out var entry))
        {
            return CompareReply.NotHere("the silo is shutting down");
        }

        using (entry)
        {
            return await queue.CompareAsync(shard, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task<Guid[]> PulseAsync(Guid[] calls) => Task.FromResult(admission.NotInside(calls));
}
