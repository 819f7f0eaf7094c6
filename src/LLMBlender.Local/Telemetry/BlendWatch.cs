using System.Diagnostics;

namespace LLMBlender.Local.Telemetry;

/// <summary>A blend's span, and its time. Belongs to one request. Disposed before it <see cref="Ended"/>, it was given up.</summary>
public sealed class BlendWatch : IDisposable
{
    private const string Operation = "invoke_workflow";

    private readonly string? panel;
    private readonly WorkflowMetrics metrics;
    private readonly Activity? span;
    private readonly long start = Stopwatch.GetTimestamp();
    private string? error = "cancelled";

    /// <param name="panel">The panel; null where the candidates were given.</param>
    /// <param name="metrics">Where it is counted.</param>
    public BlendWatch(string? panel, WorkflowMetrics metrics)
    {
        (this.panel, this.metrics) = (panel, metrics);
        var name = panel ?? WorkflowMetrics.Given;
        span = BlendTracing.Start(Operation, name)?.SetTag("gen_ai.operation.name", Operation).SetTag("gen_ai.workflow.name", name);
    }

    /// <summary>It came to an answer.</summary>
    public void Ended() => error = null;

    /// <summary>It failed. Always false, for exception filters: it never catches.</summary>
    public bool Failed(Exception e)
    {
        error = Words.Of(e);
        return false;
    }

    /// <summary>Makes its span the current one, where a stream's consumer has brought its own.</summary>
    public void Resume()
    {
        if (span is not null)
        {
            Activity.Current = span;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        metrics.Blended(panel, Stopwatch.GetElapsedTime(start).TotalSeconds, error);
        if (error is not null)
        {
            span.Fail(error);
        }

        span?.Dispose();
    }
}
