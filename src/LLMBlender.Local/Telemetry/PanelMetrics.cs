using System.Diagnostics.Metrics;
using LLMBlender.Abstractions;

namespace LLMBlender.Local.Telemetry;

/// <summary>Metrics of panels and their members.</summary>
public sealed class PanelMetrics
{
    private const string Panel = "panel";
    private const string Result = "result";

    private readonly Counter<long> inquiries;
    private readonly Counter<long> answers;
    private readonly Counter<long> stragglers;
    private readonly Counter<long> hedges;
    private readonly Counter<long> saved;
    private readonly Counter<long> shadows;
    private readonly Histogram<double> duration;

    public PanelMetrics(Meter meter)
    {
        inquiries = meter.CreateCounter<long>("llmblender.panel.inquiries", "{inquiry}", "Requests to a panel, by how many members answered.");
        answers = meter.CreateCounter<long>("llmblender.panel.answers", "{answer}", "Results of a panel's members.");
        stragglers = meter.CreateCounter<long>(
            "llmblender.panel.stragglers", "{answer}", "Members that were not awaited, because enough others had answered.");
        hedges = meter.CreateCounter<long>("llmblender.panel.hedges", "{call}", "Second calls of slow members, by whether their answer was used.");
        saved = meter.CreateCounter<long>("llmblender.panel.saved", "{call}", "Calls of members that were not made, because an earlier stage's answer was accepted.");
        shadows = meter.CreateCounter<long>("llmblender.panel.shadows", "{ranking}", "Rankings by a panel's shadow ranker, by whether its best answer is the ranker's: agrees, differs, failed, or dropped.");
        duration = meter.CreateHistogram("llmblender.panel.duration", "s", "Time from a request to a panel to its answers.", null, Buckets.OperationSeconds);
    }

    /// <summary>Records a request to a panel.</summary>
    /// <param name="panel">The panel's name.</param>
    /// <param name="reports">The members' reports.</param>
    /// <param name="quorum">The number of answers that are enough.</param>
    /// <param name="late">The number of members that were not awaited.</param>
    /// <param name="seconds">The duration.</param>
    public void RecordRequest(string panel, MemberReport[] reports, int quorum, int late, double seconds)
    {
        var tag = new KeyValuePair<string, object?>(Panel, panel);
        var count = reports.Count(static report => report.Failure is null);
        var result = count == reports.Length ? "all" : count >= quorum ? "enough" : "too_few";
        inquiries.Add(1, tag, new(Result, result));
        duration.Record(seconds, tag);
        stragglers.Add(late, tag);
    }

    /// <summary>Counts a member's answer or failure.</summary>
    public void CountAnswer(string panel, string backend, BlendFailureReason? failure) =>
        answers.Add(1, new(Panel, panel), new("backend", backend), new(Result, FailureReasonLabels.Of(failure)));

    /// <summary>Counts a second call of a slow member.</summary>
    /// <param name="panel">The panel's name.</param>
    /// <param name="won">Whether the second call's answer was used.</param>
    public void CountHedge(string panel, bool won) => hedges.Add(1, new(Panel, panel), new(Result, won ? "won" : "lost"));

    /// <summary>Counts a ranking by a shadow: <c>agrees</c>, <c>differs</c>, <c>failed</c>, or <c>dropped</c> because others were in progress.</summary>
    public void CountShadow(string panel, string shadow, string result) => shadows.Add(1, new(Panel, panel), new("ranker", shadow), new(Result, result));

    /// <summary>Counts calls that were not made.</summary>
    public void CountSaved(string panel, int calls) => saved.Add(calls, new KeyValuePair<string, object?>(Panel, panel));

    /// <summary>Initializes the counters of each panel to 0.</summary>
    public void InitializeCounters(IEnumerable<string> panels)
    {
        foreach (var panel in panels)
        {
            var tag = new KeyValuePair<string, object?>(Panel, panel);
            stragglers.Add(0, tag);
            saved.Add(0, tag);
            hedges.Add(0, tag, new(Result, "won"));
            hedges.Add(0, tag, new(Result, "lost"));
            inquiries.Add(0, tag, new(Result, "all"));
            inquiries.Add(0, tag, new(Result, "enough"));
            inquiries.Add(0, tag, new(Result, "too_few"));
        }
    }
}
