using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Client;
using LLMBlender.Silo.Backends;

namespace LLMBlender.Silo.Grains;

/// <summary>Asks a panel's members in parallel; once there are enough answers, the others get a little grace and no more.</summary>
internal sealed class PanelInquiry(IGrainFactory grains, Panel panel, BlendRequest request, Deadline deadline)
{
    /// <summary>Asks.</summary>
    /// <returns>A reply of each member, in the panel's order.</returns>
    public async Task<IReadOnlyList<BackendReply>> AskAsync()
    {
        var time = deadline.Remaining * panel.TimeShare;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        var asked = Array.ConvertAll(panel.Members, member => AskAsync(member, time, stop.Token));
        await WaitAsync(asked, time);
        var replies = panel.Members.Select((member, i) => asked[i].IsCompletedSuccessfully
            ? asked[i].Result
            : BackendReply.Failed(member, BlendFailureReason.TimedOut, "the others had answered, and it was not waited for any longer")).ToList();
        await stop.CancelAsync();
        return replies;
    }

    // Until all have answered; or, once there are enough answers, until the grace is over.
    private async Task WaitAsync(Task<BackendReply>[] asked, TimeSpan time)
    {
        var (left, answers, quorum) = (new List<Task>(asked), 0, panel.Quorum ?? panel.Members.Length);
        var end = Task.Delay(time, deadline.Token);
        while (left.Count > 0)
        {
            var done = await Task.WhenAny([.. left, end]);
            if (done == end)
            {
                deadline.Token.ThrowIfCancellationRequested();
                return;
            }

            left.Remove(done);
            answers += (await (Task<BackendReply>)done).Candidate is null ? 0 : 1;
            if (answers == quorum && left.Count > 0)
            {
                end = Task.Delay(panel.Grace < time ? panel.Grace : time, deadline.Token);
                quorum = int.MaxValue;
            }
        }
    }

    private async Task<BackendReply> AskAsync(string member, TimeSpan time, CancellationToken stop)
    {
        try
        {
            return await grains.GetGrain<IBackendGrain>(member)
                .AskAsync(new BackendRequest(request.Instruction, request.Input, time), stop);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var reason = e is OperationCanceledException ? BlendFailureReason.TimedOut : BlendFailureReason.Unreachable;
            return BackendReply.Failed(member, reason, e.Message);
        }
    }
}
