using LLMBlender.Abstractions;

namespace LLMBlender.Silo.Comparing;

/// <summary>The accelerators of one silo, whose <see cref="Placement.PinnedKey"/> is its key.</summary>
[Alias("LLMBlender.ICompareWorkerGrain")]
internal interface ICompareWorkerGrain : IGrainWithStringKey
{
    /// <summary>Compares a shard through the silo's queue.</summary>
    [Alias("Compare"), ResponseTimeout(RequestTime.BeyondAny)]
    Task<CompareReply> CompareAsync(CompareShard shard, CancellationToken cancellationToken);
}
