using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;

namespace LLMBlender.Local.Telemetry;

/// <summary>Runs a blend in a span, and records its duration, its failed steps and the guard's verdict. Serves one request.</summary>
/// <param name="workflow">The blend.</param>
/// <param name="panel">The panel's name; null if the request contains candidates.</param>
/// <param name="metrics">Counts the blend.</param>
public sealed class BlendActivity(BlendWorkflow workflow, string? panel, WorkflowMetrics metrics)
{
    private const string Operation = "invoke_workflow";

    private string? error = FailureReasonLabels.Cancelled;

    /// <inheritdoc cref="BlendWorkflow.RunAsync"/>
    public async IAsyncEnumerable<BlendUpdate> RunAsync(BlendRequest request, bool isStreamed, Deadline deadline)
    {
        var name = panel ?? WorkflowMetrics.Given;
        using var span = BlendTracing.Start(Operation, name)?.SetTag("gen_ai.operation.name", Operation).SetTag("gen_ai.workflow.name", name);
        var start = Stopwatch.GetTimestamp();
        try
        {
            await using var updates = workflow.RunAsync(request, isStreamed, deadline).GetAsyncEnumerator();
            while (await MoveNextAsync(updates, span))
            {
                if (updates.Current.Response?.Fusion is { Margin: { } margin } fusion)
                {
                    span.AddEvaluation(BlendWorkflow.Guard, margin, fusion.Given is BlendGiven.Fused ? "fused" : "best");
                }

                yield return updates.Current;
            }

            error = null;
        }
        finally
        {
            Count(Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (error is not null)
            {
                span.Fail(error);
            }
        }
    }

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<BlendUpdate> updates, Activity? span)
    {
        // Each call has the current span of its caller.
        Activity.Current = span ?? Activity.Current;
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (Exception e)
        {
            error = FailureReasonLabels.Of(e);
            throw;
        }
    }

    private void Count(double seconds)
    {
        metrics.Blended(panel, seconds, error);
        foreach (var step in workflow.FailedSteps)
        {
            metrics.Failed(step);
        }

        if (workflow.Accepted is { } accepted)
        {
            metrics.Chosen(accepted);
        }

        var isGuardFailed = workflow.FailedSteps.Contains(BlendWorkflow.Guard);
        if (isGuardFailed || workflow.GuardPassed is not null)
        {
            metrics.Guarded(workflow.GuardPassed);
        }
    }
}
