using LLMBlender.Abstractions;
using LLMBlender.Silo.Comparing;

namespace LLMBlender.Silo.Grains;

/// <summary>One accelerator of one silo, whose <see cref="Placement.PinnedKey"/> is its key.</summary>
[Alias("LLMBlender.ICompareWorkerGrain")]
internal interface ICompareWorkerGrain : IGrainWithStringKey
{
    /// <summary>Has a shard compared through the silo's queue.</summary>
    [Alias("Compare"), ResponseTimeout(RequestTime.BeyondAny)]
    Task<CompareReply> CompareAsync(CompareShard shard, CancellationToken cancellationToken);

    /// <summary>Answers at once, and says which of some shards nobody is working on here.</summary>
    [Alias("Pulse")]
    Task<Guid[]> PulseAsync(Guid[] calls);
}
