using LLMBlender.Core.Evaluation;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Evaluation;

/// <summary>The settings of an evaluation.</summary>
/// <param name="Metrics">The metrics.</param>
/// <param name="Rankers">The rankers to evaluate beside the pair ranker.</param>
/// <param name="Judge"><see cref="FromVerdicts"/>, or a score of the file that replaces a judge; null for verdicts if the file
/// contains them.</param>
/// <param name="Against">The models of the <c>≥X</c> columns; empty for the two best.</param>
/// <param name="Seed">The seed of random sampling.</param>
/// <param name="Resamples">The number of bootstrap resamples.</param>
public sealed record EvaluationPlan(
    IReadOnlyList<IQualityMetric> Metrics, IReadOnlyList<ICandidateRanker> Rankers, string? Judge, string[] Against, ulong Seed, int Resamples) : IDisposable
{
    /// <summary>The judge's name that selects the verdicts in the file's <c>cmp_results</c>.</summary>
    public const string FromVerdicts = "cmp_results";

    /// <summary>The metrics and rankers as given by the arguments.</summary>
    public string Spelt { get; init; } = "";

    /// <summary>Disposes the models of metrics and rankers.</summary>
    public void Dispose()
    {
        foreach (var held in Metrics.Cast<object>().Concat(Rankers).OfType<IDisposable>())
        {
            held.Dispose();
        }
    }
}
