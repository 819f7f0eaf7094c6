using LLMBlender.Core.Fusion;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Local.Comparing;

/// <summary>How requests share the calls of models in this process.</summary>
internal interface IModelCalls
{
    /// <summary>Compares pairs of a record, in one call with other requests' pairs where there are some.</summary>
    /// <returns>A finite logit for each, in the same order.</returns>
    /// <exception cref="Abstractions.BlendException">The ranker failed.</exception>
    Task<float[]> CompareAsync(IPairRanker ranker, IPairRecord record, CandidatePair[] pairs, CancellationToken cancellationToken);

    /// <summary>A fuser whose calls are shared; the same fuser where they are not.</summary>
    IFuser Share(IFuser fuser);
}
