using LLMBlender.Core.Evaluation;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Panels;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>The settings of a data set build.</summary>
/// <param name="Registry">The backends.</param>
/// <param name="Panel">The panel whose members write candidates.</param>
/// <param name="Judge">The backend that compares candidates; null for no verdicts.</param>
/// <param name="BothOrders">Whether the judge compares every pair in both orders, or in one random order.</param>
/// <param name="Budget">The limits of the judge's calls and cost.</param>
/// <param name="Metrics">The metrics that score candidates; disposed with the plan.</param>
/// <param name="Temperature">The sampling temperature of candidates.</param>
/// <param name="TopP">The nucleus sampling probability of candidates.</param>
/// <param name="MaxTokens">The maximum tokens of a candidate; null for the backends' limits.</param>
/// <param name="Concurrency">The maximum number of concurrent calls.</param>
/// <param name="Seed">The seed of random sampling.</param>
public sealed record DatasetPlan(
    PanelRegistry Registry,
    Panel Panel,
    Backend? Judge,
    bool BothOrders,
    JudgeBudget Budget,
    IReadOnlyList<IQualityMetric> Metrics,
    float Temperature,
    float TopP,
    int? MaxTokens,
    int Concurrency,
    ulong Seed) : IDisposable
{
    /// <summary>Disposes the metrics' models.</summary>
    public void Dispose()
    {
        foreach (var held in Metrics.OfType<IDisposable>())
        {
            held.Dispose();
        }
    }
}
