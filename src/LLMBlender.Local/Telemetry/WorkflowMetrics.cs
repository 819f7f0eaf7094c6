using System.Diagnostics.Metrics;
using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;

namespace LLMBlender.Local.Telemetry;

/// <summary>Whole blends, their fusions, and the guard's verdicts.</summary>
public sealed class WorkflowMetrics
{
    /// <summary>What a blend of given candidates is called, which no panel was asked for.</summary>
    public const string Given = "given candidates";

    private static readonly string[] Verdicts = ["passed", "lost", "failed"];

    private readonly StatusCounters status;
    private readonly Histogram<double> duration;
    private readonly Histogram<double> fusing;
    private readonly Counter<long> failures;
    private readonly Counter<long> verdicts;
    private readonly Counter<double> cost;

    public WorkflowMetrics(Meter meter, StatusCounters status)
    {
        this.status = status;
        duration = meter.CreateHistogram("gen_ai.workflow.duration", "s", "GenAI workflow duration: a blend from request to answer.", null, Buckets.WorkflowSeconds);
        fusing = meter.CreateHistogram("llmblender.fusion.duration", "s", "Time of a fusion.", null, Buckets.OperationSeconds);
        failures = meter.CreateCounter<long>("llmblender.blend.failures", "{failure}", "Steps of blends that failed and were done without.");
        verdicts = meter.CreateCounter<long>("llmblender.guard.verdicts", "{verdict}", "Comparisons of fused answers with the best candidate, by result.");
        cost = meter.CreateCounter<double>("llmblender.cost", "{currency}", "What backends cost, in the currency of the configured prices.");
    }

    /// <summary>A blend ended.</summary>
    /// <param name="panel">The panel; null where the candidates were given.</param>
    /// <param name="seconds">How long it took.</param>
    /// <param name="error">Why it failed; null where it did not.</param>
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

    /// <summary>A fusion ended.</summary>
    public void Fused(string fuser, double seconds, BlendFailureReason? failure) =>
        fusing.Record(seconds, new("fuser", fuser), new("result", FailureReasonLabels.Of(failure)));

    /// <summary>A step failed, and the blend went on without it.</summary>
    public void Failed(string step) => failures.Add(1, new KeyValuePair<string, object?>("step", step));

    /// <summary>The guard compared a fused answer with the best candidate, or could not.</summary>
    public void Guarded(bool? passed) => verdicts.Add(1, new KeyValuePair<string, object?>("verdict", passed switch
    {
        true => Verdicts[0],
        false => Verdicts[1],
        null => Verdicts[2],
    }));

    /// <summary>A backend cost something.</summary>
    public void Spent(string backend, decimal? amount)
    {
        if (amount is > 0)
        {
            cost.Add((double)amount, new KeyValuePair<string, object?>("backend", backend));
        }
    }

    /// <summary>Initialises the counters of each step's failures and of each verdict.</summary>
    public void InitializeCounters()
    {
        foreach (var step in BlendWorkflow.Steps)
        {
            failures.Add(0, new KeyValuePair<string, object?>("step", step));
        }

        foreach (var verdict in Verdicts)
        {
            verdicts.Add(0, new KeyValuePair<string, object?>("verdict", verdict));
        }
    }
}
