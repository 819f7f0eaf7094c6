using LLMBlender.Abstractions;

namespace LLMBlender.Silo.Comparing;

/// <summary>Compares on the accelerators of one silo. The grain's key is the silo's <see cref="Placement.PinnedKey"/>.</summary>
[Alias("LLMBlender.ICompareWorkerGrain")]
internal interface ICompareWorkerGrain : IGrainWithStringKey
{
    /// <summary>Compares a shard through the silo's queue.</summary>
    [Alias("Compare"), ResponseTimeout(RequestTime.BeyondAny)]
    Task<CompareReply> CompareAsync(CompareShard shard, CancellationToken cancellationToken);
}
