using System.Diagnostics.Metrics;
using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;

namespace LLMBlender.Local.Telemetry;

/// <summary>Metrics of blends, their fusions, and the guard's verdicts.</summary>
public sealed class WorkflowMetrics
{
    /// <summary>The workflow name of a blend whose request contains candidates.</summary>
    public const string Given = "given candidates";

    private static readonly string[] Verdicts = ["passed", "lost", "failed"];
    private static readonly string[] Choices = ["accepted", "abstained"];

    private readonly StatusCounters status;
    private readonly Histogram<double> duration;
    private readonly Histogram<double> fusing;
    private readonly Counter<long> failures;
    private readonly Counter<long> verdicts;
    private readonly Counter<long> choices;
    private readonly Counter<double> cost;

    public WorkflowMetrics(Meter meter, StatusCounters status)
    {
        this.status = status;
        duration = meter.CreateHistogram("gen_ai.workflow.duration", "s", "GenAI workflow duration: a blend from request to answer.", null, Buckets.WorkflowSeconds);
        fusing = meter.CreateHistogram("llmblender.fusion.duration", "s", "Time of a fusion.", null, Buckets.OperationSeconds);
        failures = meter.CreateCounter<long>("llmblender.blend.failures", "{failure}", "Failed steps that blends continued without.");
        verdicts = meter.CreateCounter<long>("llmblender.guard.verdicts", "{verdict}", "Comparisons of fused answers with the best candidate, by result.");
        choices = meter.CreateCounter<long>("llmblender.blend.choices", "{choice}", "Blends of panels with an acceptance rule, by whether the best answer was accepted.");
        cost = meter.CreateCounter<double>("llmblender.cost", "{currency}", "Cost of backends, in the currency of the configured prices.");
    }

    /// <summary>Records a blend.</summary>
    /// <param name="panel">The panel's name; null if the request contains candidates.</param>
    /// <param name="seconds">The blend's duration.</param>
    /// <param name="error">The label of the failure; null if the blend succeeded.</param>
    public void Blended(string? panel, double seconds, string? error)
    {
        status.Blended(error is null);
        var name = new KeyValuePair<string, object?>("gen_ai.workflow.name", panel ?? Given);
        if (error is null)
        {
            duration.Record(seconds, name);
        }
        else
        {
            duration.Record(seconds, name, new("error.type", error));
        }
    }

    /// <summary>Records a fusion.</summary>
    public void Fused(string fuser, double seconds, BlendFailureReason? failure) =>
        fusing.Record(seconds, new("fuser", fuser), new("result", FailureReasonLabels.Of(failure)));

    /// <summary>Counts a failed step that the blend, or the ranking, continued without.</summary>
    public void Failed(string step) => failures.Add(1, new KeyValuePair<string, object?>("step", step));

    /// <summary>Counts a verdict of the guard; null if the guard failed.</summary>
    public void Guarded(bool? passed) => verdicts.Add(1, new KeyValuePair<string, object?>("verdict", passed switch
    {
        true => Verdicts[0],
        false => Verdicts[1],
        null => Verdicts[2],
    }));

    /// <summary>Counts whether a panel's rule accepted the best answer.</summary>
    public void Chosen(bool accepted) => choices.Add(1, new KeyValuePair<string, object?>("result", Choices[accepted ? 0 : 1]));

    /// <summary>Adds a backend's cost.</summary>
    public void Spent(string backend, decimal? amount)
    {
        if (amount is > 0)
        {
            cost.Add((double)amount, new KeyValuePair<string, object?>("backend", backend));
        }
    }

    /// <summary>Initializes the counters of each step's failures and of each verdict to 0.</summary>
    public void InitializeCounters()
    {
        foreach (var step in BlendWorkflow.Steps.Append(RankingActivity.Prior))
        {
            failures.Add(0, new KeyValuePair<string, object?>("step", step));
        }

        foreach (var result in Choices)
        {
            choices.Add(0, new KeyValuePair<string, object?>("result", result));
        }

        foreach (var verdict in Verdicts)
        {
            verdicts.Add(0, new KeyValuePair<string, object?>("verdict", verdict));
        }
    }
}
