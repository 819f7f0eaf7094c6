using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Fusion;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Telemetry;

namespace LLMBlender.Local.Fusion;

/// <summary>Runs fusions in this process: selects the fuser, traces the fusion, and records its duration and cost. Safe for concurrent use.</summary>
/// <param name="fusers">The loaded fusers.</param>
/// <param name="backends">The backends, each of which can fuse by its name.</param>
/// <param name="metrics">Counts fusions.</param>
/// <param name="share">Returns a loaded fuser that shares its calls; null if calls are not shared.</param>
public sealed class FusionHost(FuserRegistry fusers, PanelRegistry backends, BlendMetrics metrics, Func<IFuser, IFuser>? share = null)
{
    /// <summary>Fuses candidates.</summary>
    /// <exception cref="BlendException">The request is invalid, or its time limit has passed.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the request.</exception>
    public async Task<FuseResponse> FuseAsync(FuseRequest request, Deadline deadline)
    {
        var workflow = FusionWorkflow.Create(request);
        var fuser = Find(request, deadline);
        using var activity = new FusionActivity(fuser.Name, workflow.CandidateCount, metrics.Blends);
        try
        {
            var response = await workflow.RunAsync(fuser, usage => CostOf(fuser.Name, usage), deadline.Token);
            activity.End(response.Failure?.Reason);
            return response;
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            throw TimedOut(activity, fuser, deadline);
        }
    }

    /// <summary>Fuses candidates and streams the answer. The last update contains the whole response.</summary>
    /// <exception cref="BlendException">As in <see cref="FuseAsync"/>, or the fuser failed after its first characters.</exception>
    /// <inheritdoc cref="FuseAsync"/>
    public async IAsyncEnumerable<FuseUpdate> FuseStreamingAsync(FuseRequest request, Deadline deadline)
    {
        var workflow = FusionWorkflow.Create(request);
        var fuser = Find(request, deadline);
        using var activity = new FusionActivity(fuser.Name, workflow.CandidateCount, metrics.Blends);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        try
        {
            await using var updates = workflow.StreamAsync(fuser, usage => CostOf(fuser.Name, usage), stop.Token).GetAsyncEnumerator(stop.Token);
            while (await MoveNextAsync(updates, activity, fuser, deadline))
            {
                if (updates.Current.Response is { } response)
                {
                    activity.End(response.Failure?.Reason);
                }

                yield return updates.Current;
            }
        }
        finally
        {
            // Disposing the enumerator cancels the work.
            await stop.CancelAsync();
        }
    }

    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<FuseUpdate> updates, FusionActivity activity, IFuser fuser, Deadline deadline)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            throw TimedOut(activity, fuser, deadline);
        }
        catch (BlendException e)
        {
            activity.End(e.Reason);
            throw;
        }
    }

    private static BlendException TimedOut(FusionActivity activity, IFuser fuser, Deadline deadline)
    {
        activity.End(BlendFailureReason.TimedOut);
        return BlendException.TimedOut(FusionAnswer.Step, deadline.Timeout, $"the fuser {fuser.Name} had not finished");
    }

    private IFuser Find(FuseRequest request, Deadline deadline)
    {
        if (request.Fuser is { } name && backends.FindBackend(name) is { } backend)
        {
            return new BackendFuser(backend, request.MaxTokens, request.Prompt, metrics.Chats, deadline) { ShowsServerMessages = backends.ShowsServerMessages };
        }

        var fuser = fusers.Find(request.Fuser);
        return share is null ? fuser : share(fuser);
    }

    private decimal? CostOf(string fuser, FusionUsage usage)
    {
        var cost = backends.FindBackend(fuser)?.Cost(usage.PromptTokens, usage.CompletionTokens);
        metrics.Blends.Spent(fuser, cost);
        return cost;
    }
}
