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
        var left = new List<Task<BackendReply>>(asked);
        var (answers, quorum) = (0, panel.Quorum ?? panel.Members.Length);
        while (left.Count > 0)
        {
            Task<BackendReply> done;
            try
            {
                done = await Task.WhenAny(left).WaitAsync(answers >= quorum ? panel.Grace : time + panel.Grace, deadline.Token);
            }
            catch (TimeoutException)
            {
                break;
            }

            left.Remove(done);
            answers += (await done).Candidate is null ? 0 : 1;
        }

        var replies = panel.Members.Select((member, i) => asked[i].IsCompletedSuccessfully
            ? asked[i].Result
            : BackendReply.Failed(member, BlendFailureReason.TimedOut, "the others had answered, and it was not waited for any longer")).ToList();
        await stop.CancelAsync();
        return replies;
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
