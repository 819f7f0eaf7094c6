using System.Diagnostics;
using LLMBlender.Abstractions;

namespace LLMBlender.Local.Telemetry;

/// <summary>A fusion's span and its time. Serves one request.</summary>
internal sealed class FusionActivity(string fuser, int candidates, WorkflowMetrics metrics) : IDisposable
{
    private readonly Activity? span = BlendTracing.Start("fuse", fuser)?.SetTag("llmblender.candidates", candidates);
    private readonly long start = Stopwatch.GetTimestamp();

    /// <summary>Counts the fusion by its result.</summary>
    /// <param name="failure">Why the answer is not the fuser's; null where it is.</param>
    public void End(BlendFailureReason? failure)
    {
        metrics.Fused(fuser, Stopwatch.GetElapsedTime(start).TotalSeconds, failure);
        span.Fail(failure);
    }

    /// <inheritdoc/>
    public void Dispose() => span?.Dispose();
}
