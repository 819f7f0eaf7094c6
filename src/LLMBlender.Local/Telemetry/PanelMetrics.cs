using System.Diagnostics.Metrics;
using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;

namespace LLMBlender.Local.Telemetry;

/// <summary>How panels answer.</summary>
public sealed class PanelMetrics
{
    private const string Panel = "panel";
    private const string Result = "result";

    private readonly Counter<long> inquiries;
    private readonly Counter<long> answers;
    private readonly Counter<long> stragglers;
    private readonly Counter<long> hedges;
    private readonly Histogram<double> duration;

    public PanelMetrics(Meter meter)
    {
        inquiries = meter.CreateCounter<long>("llmblender.panel.inquiries", "{inquiry}", "Times that a panel was asked, by how many answered.");
        answers = meter.CreateCounter<long>("llmblender.panel.answers", "{answer}", "What came of asking a panel's member.");
        stragglers = meter.CreateCounter<long>(
            "llmblender.panel.stragglers", "{answer}", "Members that were not waited for, because enough others had answered.");
        hedges = meter.CreateCounter<long>("llmblender.panel.hedges", "{call}", "Second calls of slow members, by whether theirs was the answer.");
        duration = meter.CreateHistogram("llmblender.panel.duration", "s", "Time from asking a panel to having its answers.", null, Buckets.OperationSeconds);
    }

    /// <summary>A panel was asked.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="reports">What came of its members.</param>
    /// <param name="late">How many were not waited for.</param>
    /// <param name="seconds">How long it took.</param>
    public void Asked(Panel panel, MemberReport[] reports, int late, double seconds)
    {
        var tag = new KeyValuePair<string, object?>(Panel, panel.Name);
        var count = reports.Count(static report => report.Failure is null);
        var result = count == reports.Length ? "all" : count >= (panel.Quorum ?? 1) ? "enough" : "too_few";
        inquiries.Add(1, tag, new(Result, result));
        duration.Record(seconds, tag);
        stragglers.Add(late, tag);
    }

    /// <summary>A member answered, or failed.</summary>
    public void Heard(Panel panel, string backend, BlendFailureReason? failure) =>
        answers.Add(1, new(Panel, panel.Name), new("backend", backend), new(Result, FailureReasonLabels.Of(failure)));

    /// <summary>A slow member was asked a second time.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="won">Whether the second call's answer counted.</param>
    public void Hedged(Panel panel, bool won) => hedges.Add(1, new(Panel, panel.Name), new(Result, won ? "won" : "lost"));

    /// <summary>Initialises the counters of each panel's failures.</summary>
    public void InitializeCounters(IEnumerable<Panel> panels)
    {
        foreach (var panel in panels)
        {
            var tag = new KeyValuePair<string, object?>(Panel, panel.Name);
            stragglers.Add(0, tag);
            hedges.Add(0, tag, new(Result, "won"));
            hedges.Add(0, tag, new(Result, "lost"));
            inquiries.Add(0, tag, new(Result, "all"));
            inquiries.Add(0, tag, new(Result, "enough"));
            inquiries.Add(0, tag, new(Result, "too_few"));
        }
    }
}
