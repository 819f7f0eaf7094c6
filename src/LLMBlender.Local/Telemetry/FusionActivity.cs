using System.Diagnostics;
using LLMBlender.Abstractions;

namespace LLMBlender.Local.Telemetry;

/// <summary>The span and duration of a fusion. Serves one request.</summary>
internal sealed class FusionActivity(string fuser, int candidates, WorkflowMetrics metrics) : IDisposable
{
    private readonly Activity? span = BlendTracing.Start("fuse", fuser)?.SetTag("llmblender.candidates", candidates);
    private readonly long start = Stopwatch.GetTimestamp();

    /// <summary>Records the fusion by its result.</summary>
    /// <param name="failure">The reason of the fuser's failure; null if the answer is the fuser's.</param>
    public void End(BlendFailureReason? failure)
    {
        metrics.Fused(fuser, Stopwatch.GetElapsedTime(start).TotalSeconds, failure);
        span.Fail(failure);
    }

    /// <inheritdoc/>
    public void Dispose() => span?.Dispose();
}
