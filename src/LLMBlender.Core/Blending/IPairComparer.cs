using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Blending;

/// <summary>Compares pairs of one source's candidates: a trained ranker, a chat model as judge, a cache in front of either. Serves one request.</summary>
public interface IPairComparer
{
    /// <summary>The ranker's name, as requests and responses spell it.</summary>
    string Name { get; }

    /// <summary>Comparisons answered so far that were not computed for this request: cached ones, and those of other requests.</summary>
    int Reused { get; }

    /// <summary>Tokens and cost so far; all zero for a ranker that counts neither.</summary>
    StepUsage Usage { get; }

    /// <summary>Compares pairs.</summary>
    /// <param name="pairs">Ordered pairs of indices into the candidates.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>A finite logit for each pair, in the same order; above 0 when the pair's first candidate is better.</returns>
    /// <exception cref="Abstractions.BlendException">The comparisons could not be made, or not in time.</exception>
    Task<float[]> CompareAsync(CandidatePair[] pairs, CancellationToken cancellationToken);
}
