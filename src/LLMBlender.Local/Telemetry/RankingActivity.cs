using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;

namespace LLMBlender.Local.Telemetry;

/// <summary>The span and measurements of a ranking. Serves one request.</summary>
public sealed class RankingActivity(RankingWorkflow workflow, int candidates, RankingMetrics metrics) : IDisposable
{
    // A span of many events is cut by collectors.
    private const int MaxEvents = 64;

    private readonly Activity? span = BlendTracing.Start("rank")?
        .SetTag("llmblender.aggregation", workflow.Aggregation).SetTag("llmblender.candidates", candidates);

    private readonly long start = Stopwatch.GetTimestamp();

    /// <summary>Records a completed ranking, and returns its response.</summary>
    public RankingResponse End(RankingResponse response)
    {
        metrics.Ranked(workflow.Aggregation, Stopwatch.GetElapsedTime(start).TotalSeconds, workflow.Rounds, response.Comparisons);
        span?.SetTag("llmblender.ranker", response.Ranker)
            .SetTag("llmblender.rounds", workflow.Rounds)
            .SetTag("llmblender.comparisons", response.Comparisons)
            .SetTag("llmblender.comparisons.reused", response.Reused);
        for (var i = 0; span is not null && i < Math.Min(candidates, MaxEvents); i++)
        {
            span.AddEvaluation("rank", response.Scores[i], $"rank {response.Ranks[i]}", i);
        }

        return response;
    }

    /// <summary>Marks the span as failed.</summary>
    public void Fail(Exception e) => span.Fail(e);

    /// <inheritdoc/>
    public void Dispose() => span?.Dispose();
}
