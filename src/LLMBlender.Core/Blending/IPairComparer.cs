using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Blending;

/// <summary>
/// Compares pairs of one source's candidates: a trained ranker, a score server, a chat model as judge, or a cache in front of a
/// ranker. An instance serves one request.
/// </summary>
public interface IPairComparer
{
    /// <summary>The ranker's name in requests and responses.</summary>
    string Name { get; }

    /// <summary>The ranker's kind and calibration; null if not known.</summary>
    RankerInfo? Info { get; }

    /// <summary>The number of comparisons not computed for this request: cached ones, and those shared with other requests.</summary>
    int Reused { get; }

    /// <summary>Tokens and cost so far; zero if the ranker counts neither.</summary>
    StepUsage Usage { get; }

    /// <summary>Compares pairs.</summary>
    /// <param name="pairs">Ordered pairs of indices into the candidates.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>A finite logit for each pair, in the same order; above 0 when the pair's first candidate is better.</returns>
    /// <exception cref="BlendException">The comparisons failed or timed out.</exception>
    Task<float[]> CompareAsync(CandidatePair[] pairs, CancellationToken cancellationToken);
}
