using LLMBlender.Core.Fusion;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Local.Comparing;

/// <summary>Calls models of this process, and shares calls between requests.</summary>
internal interface IModelCalls
{
    /// <summary>Compares pairs of a record, in one call with pairs of other requests if there are any.</summary>
    /// <returns>A finite logit for each pair, in the same order.</returns>
    /// <exception cref="Abstractions.BlendException">The ranker failed.</exception>
    Task<float[]> CompareAsync(IPairRanker ranker, IPairRecord record, CandidatePair[] pairs, CancellationToken cancellationToken);

    /// <summary>Returns a fuser that shares its calls; the same fuser if its calls are not shared.</summary>
    IFuser Share(IFuser fuser);
}
