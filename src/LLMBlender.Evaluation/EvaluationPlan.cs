using LLMBlender.Core.Evaluation;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Evaluation;

/// <summary>What is measured.</summary>
/// <param name="Metrics">The metrics, and how each was asked for.</param>
/// <param name="Rankers">The rankers beside the pair ranker, and how each was asked for.</param>
/// <param name="Judge"><see cref="FromVerdicts"/>, or the file's score that stands for a judge; null for verdicts where there are some.</param>
/// <param name="Against">The models that <c>≥X</c> columns are of; empty for the two best.</param>
/// <param name="Seed">Fixes whatever is drawn.</param>
/// <param name="Resamples">Draws of the bootstrap.</param>
public sealed record EvaluationPlan(
    IReadOnlyList<IQualityMetric> Metrics, IReadOnlyList<ICandidateRanker> Rankers, string? Judge, string[] Against, ulong Seed, int Resamples) : IDisposable
{
    /// <summary>The judge whose verdicts the file's <c>cmp_results</c> are.</summary>
    public const string FromVerdicts = "cmp_results";

    /// <summary>How metrics and rankers were asked for.</summary>
    public string Spelt { get; init; } = "";

    /// <summary>Lets the models of metrics and rankers go.</summary>
    public void Dispose()
    {
        foreach (var held in Metrics.Cast<object>().Concat(Rankers).OfType<IDisposable>())
        {
            held.Dispose();
        }
    }
}
