using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Local.Telemetry;

/// <summary>The span and measurements of a ranking, and the log line of a prior that failed. Serves one request.</summary>
/// <param name="workflow">The ranking.</param>
/// <param name="request">Its request.</param>
/// <param name="metrics">The process' metrics.</param>
/// <param name="logger">Receives the failure of a prior, which the ranking continues without.</param>
public sealed partial class RankingActivity(RankingWorkflow workflow, RankingRequest request, BlendMetrics metrics, ILogger logger) : IDisposable
{
    /// <summary>The step of a failed prior in <see cref="WorkflowMetrics.Failed"/>.</summary>
    internal const string Prior = "prior";

    // A span of many events is cut by collectors.
    private const int MaxEvents = 64;

    private readonly Activity? span = BlendTracing.Start("rank")?
        .SetTag("llmblender.aggregation", workflow.Aggregation).SetTag("llmblender.candidates", request.Candidates.Length);

    private readonly long start = Stopwatch.GetTimestamp();

    /// <summary>Records a completed ranking, and returns its response.</summary>
    public RankingResponse End(RankingResponse response)
    {
        if (workflow.PriorFailure is { } failure)
        {
            var reason = FailureReasonLabels.Of(failure);
            metrics.Blends.Failed(Prior);
            span?.AddEvent(new ActivityEvent("llmblender.prior.failed", tags: new ActivityTagsCollection { ["error.type"] = reason }));
            LogPriorFailed(request.Prior, reason, failure.Message);
        }

        metrics.Rankings.Ranked(workflow.Aggregation, Stopwatch.GetElapsedTime(start).TotalSeconds, workflow.Rounds, response.Comparisons);
        span?.SetTag("llmblender.ranker", response.Ranker)
            .SetTag("llmblender.rounds", workflow.Rounds)
            .SetTag("llmblender.comparisons", response.Comparisons)
            .SetTag("llmblender.comparisons.reused", response.Reused);
        for (var i = 0; span is not null && i < Math.Min(request.Candidates.Length, MaxEvents); i++)
        {
            span.AddEvaluation("rank", response.Scores[i], $"rank {response.Ranks[i]}", i);
        }

        return response;
    }

    /// <summary>Marks the span as failed.</summary>
    public void Fail(Exception e) => span.Fail(e);

    /// <inheritdoc/>
    public void Dispose() => span?.Dispose();

    [LoggerMessage(Level = LogLevel.Warning, Message = "prior {Prior} failed, {Reason}; the candidates were ranked without it: {Problem}")]
    private partial void LogPriorFailed(string? prior, string reason, string problem);
}
