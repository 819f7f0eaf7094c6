using LLMBlender.Core.Evaluation;
using LLMBlender.Local.Backends;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>What a data set is made with.</summary>
/// <param name="Registry">The backends.</param>
/// <param name="Panel">The panel whose members write candidates.</param>
/// <param name="Judge">The backend that compares them; null for no verdicts.</param>
/// <param name="BothOrders">Whether the judge sees every pair in both orders, or in one that is drawn.</param>
/// <param name="Budget">What the judge may be asked.</param>
/// <param name="Metrics">What candidates are measured by; they go with the plan.</param>
/// <param name="Temperature">How freely candidates are drawn.</param>
/// <param name="TopP">The share of probability that they are drawn from.</param>
/// <param name="MaxTokens">Tokens of a candidate at most; null for the backends' own limits.</param>
/// <param name="Concurrency">Calls at a time.</param>
/// <param name="Seed">Fixes whatever is drawn here.</param>
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
    /// <summary>Lets the metrics' models go.</summary>
    public void Dispose()
    {
        foreach (var held in Metrics.OfType<IDisposable>())
        {
            held.Dispose();
        }
    }
}
