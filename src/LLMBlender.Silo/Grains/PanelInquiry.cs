using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Telemetry;

namespace LLMBlender.Silo.Grains;

/// <summary>
/// Asks a panel's members in parallel. Once there are enough answers, the others get a little grace and no more; a slow member
/// is asked a second time while the panel's budget lasts, and whichever answer comes first counts.
/// </summary>
internal sealed class PanelInquiry(
    IGrainFactory grains, PanelBook book, Panel panel, BlendRequest request, Deadline deadline, PanelMetrics metrics, Action<MemberReport> heard)
{
    private const double LeastUsual = 0.95;

    // Of the budget where nothing is saved up; all of it where the savings are full. Spent evenly it would be used up every now and
    // then, and a slow call that comes then makes the tail.
    private const double LeastSpent = 0.7;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);

    private readonly long start = Stopwatch.GetTimestamp();
    private readonly TimeSpan time = Least(deadline.Remaining * panel.TimeShare, panel.MemberTimeout);
    private readonly TimeSpan wholeTime = Least(deadline.Remaining, panel.MemberTimeout);

    /// <summary>The panel that is asked.</summary>
    public Panel Panel => panel;

    /// <summary>What is wrong where the request's time ends before the panel has answered.</summary>
    public BlendException TimedOut() => BlendException.TimedOut("panel", deadline.Timeout, $"panel \"{panel.Name}\" was still being asked");

    /// <summary>Asks.</summary>
    /// <returns>What came of each member and sample, in the panel's order.</returns>
    public async Task<MemberReport[]> AskAsync()
    {
        var seats = panel.Seats();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        var asked = Array.ConvertAll(seats, seat => AskAsync(seat.Backend, seat.Sample, seat.Name, stop.Token));
        MemberReport?[] settled;
        try
        {
            settled = await WaitAsync(asked);
        }
        finally
        {
            // Nobody is left working for an answer that nobody waits for.
            await stop.CancelAsync();
        }

        var isEnough = settled.Count(static report => report is { Failure: null }) >= (panel.Quorum ?? seats.Length);
        var late = isEnough ? settled.Count(static report => report is null) : 0;
        MemberReport[] reports = [.. seats.Select((seat, i) => settled[i] ?? Late(seat.Name, isEnough))];
        for (var i = 0; i < seats.Length; i++)
        {
            metrics.Heard(panel, seats[i].Backend, reports[i].Failure?.Reason);
        }

        metrics.Asked(panel, reports, late, Stopwatch.GetElapsedTime(start).TotalSeconds);
        return reports;
    }

    /// <summary>Asks a panel's only member, and hands its answer out as it is written.</summary>
    /// <returns>Pieces, and at last what came of it.</returns>
    public async IAsyncEnumerable<(string Piece, MemberReport? Report)> StreamAsync()
    {
        var (backend, sample, name) = panel.Seats()[0];
        var updates = grains.GetGrain<IBackendGrain>(backend).StreamAsync(Request(sample, wholeTime), CancellationToken.None);
        await using var next = updates.GetAsyncEnumerator(deadline.Token);
        while (await NextAsync(next, backend, name))
        {
            if (next.Current.Reply is { } reply)
            {
                var report = Report(name, reply, false);
                Heard(backend, report);
                yield return ("", report);
                yield break;
            }

            yield return (next.Current.Text, null);
        }
    }

    // The whole request's time ends a moment before the member's own, and then it has no word of it left to say.
    private async ValueTask<bool> NextAsync(IAsyncEnumerator<BackendUpdate> updates, string backend, string name)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            Heard(backend, Report(name, BackendReply.Failed(name, BlendFailureReason.TimedOut, ""), false));
            throw;
        }
    }

    private void Heard(string backend, MemberReport only)
    {
        metrics.Heard(panel, backend, only.Failure?.Reason);
        metrics.Asked(panel, [only], 0, only.Seconds);
    }

    // What came of each member by the time that there is enough; null for one that is not waited for. What is cancelled then
    // fails for that reason alone, and is not looked at.
    private async Task<MemberReport?[]> WaitAsync(Task<MemberReport>[] asked)
    {
        var settled = new MemberReport?[asked.Length];
        var left = new List<Task<MemberReport>>(asked);
        var (answers, quorum) = (0, panel.Quorum ?? asked.Length);

        // Members end by themselves in time; should one not, it is not waited for either.
        using var graceOver = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        var grace = Task.Delay(time + panel.Grace, graceOver.Token);
        while (left.Count > 0)
        {
            var done = await Task.WhenAny([.. left, grace]);
            if (done is not Task<MemberReport> member)
            {
                deadline.Token.ThrowIfCancellationRequested();
                break;
            }

            left.Remove(member);
            var report = await member;
            settled[Array.IndexOf(asked, member)] = report;
            heard(report);
            answers += report.Failure is null ? 1 : 0;
            if (answers == quorum && left.Count > 0 && report.Failure is null)
            {
                grace = Task.Delay(panel.Grace, graceOver.Token);
            }
        }

        await graceOver.CancelAsync();
        return settled;
    }

    private MemberReport Late(string name, bool isEnough)
    {
        var why = isEnough ? "enough others had answered, and it was not waited for any longer" : $"no answer within {time.TotalSeconds:0.###} s";
        var report = Report(name, BackendReply.Failed(name, BlendFailureReason.TimedOut, why), false);
        heard(report);
        return report;
    }

    // The first try, and where it is slow a second one beside it; a failure of one still leaves the other.
    private async Task<MemberReport> AskAsync(string backend, int sample, string name, CancellationToken stop)
    {
        panel.Hedges.Earn();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var first = AskOnceAsync(backend, sample, name, either.Token);
        if (await IsSlowAsync(first, backend, either.Token))
        {
            var second = AskOnceAsync(backend, sample, name, either.Token);
            var winner = await Task.WhenAny(first, second);
            var reply = (await winner).Candidate is not null ? await winner : await (winner == first ? second : first);
            await either.CancelAsync();
            metrics.Hedged(panel, second.IsCompletedSuccessfully && reply == second.Result);
            return Report(name, reply, true);
        }

        return Report(name, await first, false);
    }

    // Slow is an answer that is later than all but the budget's share of them, so that the budget goes to the slowest; the less of it is
    // saved up, the choosier. Where it is used up, the wait goes on until some more has been earned.
    private async Task<bool> IsSlowAsync(Task<BackendReply> first, string backend, CancellationToken stop)
    {
        var spent = LeastSpent + ((1 - LeastSpent) * panel.Hedges.Fill);
        var share = Math.Max(LeastUsual, 1 - (spent * panel.HedgeBudget));
        if (panel.HedgeBudget <= 0 || (panel.HedgeAfter ?? book.FindBackend(backend)?.Latency.Usual(share)) is not { } usual || usual >= time)
        {
            return false;
        }

        for (var wait = usual; !await IsOverAsync(first, wait, stop); wait = Longest(usual / 8, ShortestPause))
        {
            if (panel.Hedges.TrySpend())
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<bool> IsOverAsync(Task first, TimeSpan wait, CancellationToken stop)
    {
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var isOver = await Task.WhenAny(first, Task.Delay(wait, answered.Token)) == first;
        await answered.CancelAsync();
        return isOver || stop.IsCancellationRequested;
    }

    private async Task<BackendReply> AskOnceAsync(string backend, int sample, string name, CancellationToken stop)
    {
        try
        {
            return await grains.GetGrain<IBackendGrain>(backend).AskAsync(Request(sample, time), stop);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var reason = e is OperationCanceledException ? BlendFailureReason.TimedOut : BlendFailureReason.Unreachable;
            return BackendReply.Failed(name, reason, e.Message);
        }
    }

    private BackendRequest Request(int sample, TimeSpan timeout) => new(request.Instruction, request.Input, timeout)
    {
        Messages = request.Messages,
        Format = request.Format,
        Tools = request.Tools,
        Sampling = request.Sampling is { Seed: { } seed } sampling ? sampling with { Seed = seed + sample } : request.Sampling,
    };

    private MemberReport Report(string name, BackendReply reply, bool hedged) => new()
    {
        Name = name,
        Text = reply.Candidate?.Text,
        Failure = reply.Failure is { } failure ? failure with { What = name } : null,
        Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        PromptTokens = reply.PromptTokens,
        CompletionTokens = reply.CompletionTokens,
        Cost = reply.Cost,
        ReachedLimit = reply.ReachedLimit,
        ToolUse = reply.Failure is null ? reply.ToolUse : null,
        RetryAfter = reply.RetryAfter,
        Hedged = hedged,
    };

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Least(TimeSpan one, TimeSpan? other) => other < one ? other.Value : one;
}
