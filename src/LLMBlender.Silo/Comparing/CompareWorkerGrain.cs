using LLMBlender.Client;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Placement;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Comparing;

/// <summary>See <see cref="ICompareWorkerGrain"/>. Reentrant, so that shards wait concurrently and pings do not wait.</summary>
[Reentrant, PinnedPlacement, RoleFilter(SiloRoles.Compare), GrainDirectory(RuleDirectory.Name)]
internal sealed class CompareWorkerGrain(CompareQueue queue, Admission admission) : IdleDeactivatingGrain, ICompareWorkerGrain
{
    /// <inheritdoc/>
    public async Task<CompareReply> CompareAsync(CompareShard shard, CancellationToken cancellationToken)
    {
        if (!admission.TryEnter(CallId.Current, out var entry))
        {
            return CompareReply.NotHere("the silo is shutting down");
        }

        using (entry)
        {
            return await queue.CompareAsync(shard, cancellationToken);
        }
    }
}
