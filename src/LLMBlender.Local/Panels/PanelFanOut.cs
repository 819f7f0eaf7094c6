using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Fusion;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Telemetry;

namespace LLMBlender.Local.Panels;

/// <summary>
/// Calls a panel's members, those of a stage in parallel. After the quorum, the others get the panel's grace time. A slow call is hedged with a second
/// one within the panel's hedge budget, and the first answer counts. Serves one request.
/// </summary>
/// <param name="panel">The panel.</param>
/// <param name="request">The request.</param>
/// <param name="caller">Calls backends.</param>
/// <param name="backends">The backends, whose latencies define slow calls.</param>
/// <param name="metrics">Counts members' answers.</param>
/// <param name="deadline">The request's deadline.</param>
/// <param name="timeProvider">Measures waits.</param>
/// <param name="blend">Blends for members that are panels.</param>
public sealed class PanelFanOut(
    Panel panel,
    BlendRequest request,
    IBackendCaller caller,
    PanelRegistry backends,
    PanelMetrics metrics,
    Deadline deadline,
    TimeProvider timeProvider,
    Func<BlendRequest, CancellationToken, Task<BlendResponse>> blend)
    : ICandidateSource
{
    // Pieces of members' answers that a reader is behind, before members are not read on.
    private const int MaxUnread = 1024;

    private const double MinSlowQuantile = 0.95;

    // The share of the hedge budget that is used when the bucket is empty; all of it is used when the bucket is full. A constant share
    // would sometimes empty the bucket, and slow calls at such times would determine the tail latency.
    private const double MinSpentShare = 0.7;

    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(5);

    private readonly PanelPlan plan = PanelPlan.Create(panel, request, backends);
    private readonly List<MemberReport> answered = [];
    private readonly long start = timeProvider.GetTimestamp();
    private readonly TimeSpan onlyMemberTime = Least(deadline.Remaining, panel.MemberTimeout);

    private TimeSpan memberTime;
    private int unawaited;

    // Gets members' texts as they are generated; null unless they are asked for.
    private ChannelWriter<PanelUpdate>? pieces;

    /// <inheritdoc/>
    public string Name => panel.Name;

    /// <inheritdoc/>
    public IReadOnlyList<string> Members => field ??= [.. Stages.SelectMany(static stage => stage)];

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<string>> Stages => field ??= Array.ConvertAll(plan.Stages, static stage => Array.ConvertAll(stage, static slot => slot.Name));

    /// <inheritdoc/>
    public AcceptanceRule? Acceptance => Members.Count > 1 ? panel.Acceptance : null;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double>? Probabilities => field ??= panel.Probabilities is not { } known ? null
        : plan.Stages.SelectMany(static stage => stage).Where(slot => known.ContainsKey(slot.Backend)).ToDictionary(static slot => slot.Name, slot => known[slot.Backend], StringComparer.Ordinal);

    /// <inheritdoc/>
    public int Quorum => request.Member is null ? Math.Min(panel.Quorum ?? 1, Members.Count) : 1;

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings => plan.Warnings;

    /// <inheritdoc/>
    public decimal ExpectedCost(int stage) => plan.ExpectedCost(stage);

    /// <inheritdoc/>
    public bool Allows(int stage) => plan.Allows(stage, answered.Sum(static report => report.Cost ?? 0));

    /// <inheritdoc/>
    /// <remarks>A ranker that the request itself names is called for one answer too, so that an unknown one is an error.</remarks>
    public bool CanStream => plan.Stages is [[var only]] && panel.HedgeBudget <= 0 && !panel.HasPanel(only.Backend)
        && (request.Ranker is null || request.Ranker == panel.Ranker);

    /// <inheritdoc/>
    public async IAsyncEnumerable<MemberReport> AskAsync(int stage, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var slots = plan.Stages[stage];
        memberTime = Least(deadline.Remaining * MemberShare(panel, request) / (plan.Stages.Length - stage), panel.MemberTimeout);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asked = Array.ConvertAll(slots, slot => AskAsync(slot, stop.Token));
        var reports = new MemberReport?[slots.Length];
        var (answers, needed) = (0, Needed(slots.Length));
        try
        {
            // Members have their own time limit; a member that exceeds it is not awaited either.
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var timeOver = DelayAsync(memberTime + panel.Grace, timer.Token);
            for (var left = slots.Length; left > 0; left--)
            {
                if (await NextAsync(asked, reports, timeOver, cancellationToken) is not { } slot)
                {
                    break;
                }

                var report = reports[slot]!;
                answers += report.Failure is null ? 1 : 0;
                if (answers == needed && report.Failure is null)
                {
                    timeOver = DelayAsync(panel.Grace, timer.Token);
                }

                yield return report;
            }

            await timer.CancelAsync();
        }
        finally
        {
            // Cancels the calls whose answers are not awaited.
            await stop.CancelAsync();
        }

        foreach (var late in Complete(slots, reports, answers >= needed))
        {
            yield return late;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<PanelUpdate> AskStreamingAsync(int stage, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var updates = Channel.CreateBounded<PanelUpdate>(new BoundedChannelOptions(MaxUnread) { SingleReader = true });
        pieces = updates.Writer;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = WriteReportsAsync(stage, updates.Writer, stop.Token);
        try
        {
            await foreach (var update in updates.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return update;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await asking;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<MemberUpdate> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var slot = plan.Stages[0][0];
        await using var updates = caller.StreamAsync(slot.Backend, ToBackendRequest(slot, onlyMemberTime), CancellationToken.None)
            .GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(updates, slot))
        {
            if (updates.Current.Reply is { } reply)
            {
                var report = ToReport(slot.Name, reply);
                Count(slot.Backend, report);
                yield return new MemberUpdate("", report);
                yield break;
            }

            yield return new MemberUpdate(updates.Current.Text, null, updates.Current.Reasoning, updates.Current.Calls, updates.Current.Thinking, updates.Current.Logprobs);
        }
    }

    /// <inheritdoc/>
    public void Finish(int stages)
    {
        metrics.RecordRequest(panel.Name, [.. answered], Quorum, unawaited, Seconds);
        metrics.CountSaved(panel.Name, plan.Stages.Skip(stages).Sum(static stage => stage.Length));
    }

    // The answers of a stage after which the others get only the grace time.
    private int Needed(int count) => request.Member is null && panel.Quorum is { } quorum
        ? Math.Clamp(quorum - answered.Count(static report => report.Failure is null), 1, count)
        : count;

    // The channel completes with the reports, or with their exception.
    private async Task WriteReportsAsync(int stage, ChannelWriter<PanelUpdate> updates, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var report in AskAsync(stage, cancellationToken))
            {
                await updates.WriteAsync(new PanelUpdate(report.Name, "", report), cancellationToken);
            }

            updates.TryComplete();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            updates.TryComplete(e);
        }
    }

    private double Seconds => timeProvider.GetElapsedTime(start).TotalSeconds;

    // Stores the next report and returns its slot; null if the members' time limit has passed.
    private async Task<int?> NextAsync(Task<MemberReport>[] asked, MemberReport?[] reports, Task timeOver, CancellationToken cancellationToken)
    {
        await Task.WhenAny([.. asked.Where((_, i) => reports[i] is null), timeOver]);
        var slot = Array.FindIndex(asked, member => member.IsCompleted && reports[Array.IndexOf(asked, member)] is null);
        var report = slot < 0 ? null : await asked[slot];
        if (report?.Failure is not null || report is null)
        {
            // The request's deadline fails the members as well, and its own exception is more specific than their reports.
            if (deadline.IsPassed)
            {
                throw TimedOut();
            }

            cancellationToken.ThrowIfCancellationRequested();
        }

        if (report is null)
        {
            return null;
        }

        reports[slot] = report;
        return slot;
    }

    // Adds reports of members that were not awaited, and counts the panel's answers.
    private List<MemberReport> Complete((string Backend, int Sample, string Name)[] slots, MemberReport?[] reports, bool isEnough)
    {
        var why = isEnough
            ? "enough others had answered, and it was no longer awaited"
            : $"no answer within {memberTime.TotalSeconds:0.###} s";
        var late = new List<MemberReport>();
        for (var i = 0; i < slots.Length; i++)
        {
            if (reports[i] is null)
            {
                late.Add(reports[i] = ToReport(slots[i].Name, BackendReply.Failed(slots[i].Name, BlendFailureReason.TimedOut, why)));
            }

            metrics.CountAnswer(panel.Name, slots[i].Backend, reports[i]!.Failure?.Reason);
        }

        answered.AddRange(reports!);
        unawaited += isEnough ? late.Count : 0;
        return late;
    }

    // The request's deadline may pass shortly before the member's time limit.
    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<BackendUpdate> updates, (string Backend, int Sample, string Name) slot)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            Count(slot.Backend, ToReport(slot.Name, BackendReply.Failed(slot.Name, BlendFailureReason.TimedOut, "")));
            throw TimedOut();
        }
    }

    private void Count(string backend, MemberReport only)
    {
        metrics.CountAnswer(panel.Name, backend, only.Failure?.Reason);
        metrics.RecordRequest(panel.Name, [only], Quorum, 0, only.Seconds);
    }

    // Makes the first call and, if it is slow, a second one in parallel; if one of them fails, the other counts.
    private async Task<MemberReport> AskAsync((string Backend, int Sample, string Name) slot, CancellationToken cancellationToken)
    {
        panel.Hedges.AddShare();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = AskOnceAsync(slot, pieces, either.Token);
        if (await IsSlowAsync(first, slot.Backend, either.Token))
        {
            var second = AskOnceAsync(slot, null, either.Token);
            var winner = await Task.WhenAny(first, second);
            var reply = (await winner).Candidate is not null ? await winner : await (winner == first ? second : first);
            await either.CancelAsync();
            metrics.CountHedge(panel.Name, second.IsCompletedSuccessfully && reply == second.Result);
            return ToReport(slot.Name, reply) with { Hedged = true };
        }

        return ToReport(slot.Name, await first);
    }

    // A call is slow above the quantile that leaves the budget's share of calls, so that the budget is used for the slowest calls. The
    // emptier the bucket, the fewer calls are slow. If the bucket has no token, the wait continues until it has one.
    private async Task<bool> IsSlowAsync(Task<BackendReply> first, string backend, CancellationToken cancellationToken)
    {
        var spent = MinSpentShare + ((1 - MinSpentShare) * panel.Hedges.Fill);
        var quantile = Math.Max(MinSlowQuantile, 1 - (spent * panel.HedgeBudget));
        if (panel.HedgeBudget <= 0 || (panel.HedgeAfter ?? backends.FindBackend(backend)?.Latency.Usual(quantile)) is not { } usual || usual >= memberTime)
        {
            return false;
        }

        for (var wait = usual; !await IsOverAsync(first, wait, cancellationToken); wait = Longest(usual / 8, MinPause))
        {
            if (panel.Hedges.TrySpend())
            {
                return true;
            }
        }

        return false;
    }

    private async Task<bool> IsOverAsync(Task first, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var isOver = await Task.WhenAny(first, DelayAsync(wait, answered.Token)) == first;
        await answered.CancelAsync();
        return isOver || cancellationToken.IsCancellationRequested;
    }

    private async Task<BackendReply> AskOnceAsync(
        (string Backend, int Sample, string Name) slot, ChannelWriter<PanelUpdate>? texts, CancellationToken cancellationToken)
    {
        try
        {
            var asked = ToBackendRequest(slot, memberTime);
            return panel.HasPanel(slot.Backend) ? await BlendAsync(slot, asked, cancellationToken)
                : await (texts is null ? caller.AskAsync(slot.Backend, asked, cancellationToken) : ReadAsync(slot, asked, texts, cancellationToken));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var reason = e is OperationCanceledException ? BlendFailureReason.TimedOut : BlendFailureReason.Unreachable;
            return BackendReply.Failed(slot.Name, reason, e.Message);
        }
    }

    // The answer of a member that is a panel.
    private async Task<BackendReply> BlendAsync((string Backend, int Sample, string Name) slot, BackendRequest asked, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await blend(
                new BlendRequest
                {
                    Instruction = asked.Instruction,
                    Input = asked.Input,
                    Messages = asked.Messages,
                    Sampling = asked.Sampling,
                    Format = asked.Format,
                    Tools = asked.Tools,
                    Fields = asked.Fields,
                    AnthropicSource = asked.AnthropicSource,
                    Panel = slot.Backend,
                    Timeout = asked.Timeout,
                },
                cancellationToken);
            return BackendReply.Answered(new Candidate(slot.Name, answer.Answer), answer.Usage.PromptTokens, answer.Usage.CompletionTokens) with
            {
                Calls = answer.Usage.Calls,
                Cost = answer.Usage.Cost,
                ReachedLimit = answer.ReachedLimit,
                ToolUse = answer.ToolUse,
                Details = answer.Details,
            };
        }
        catch (BlendException e)
        {
            return BackendReply.Failed(slot.Name, e.Reason, e.Message);
        }
    }

    // Reads a streamed answer to its end, and writes its parts.
    private async Task<BackendReply> ReadAsync(
        (string Backend, int Sample, string Name) slot, BackendRequest asked, ChannelWriter<PanelUpdate> texts, CancellationToken cancellationToken)
    {
        await foreach (var update in caller.StreamAsync(slot.Backend, asked, CancellationToken.None).WithCancellation(cancellationToken))
        {
            if (update.Reply is { } reply)
            {
                return reply;
            }

            if (update.Text.Length > 0)
            {
                await texts.WriteAsync(new PanelUpdate(slot.Name, update.Text, null), cancellationToken);
            }
        }

        return BackendReply.Failed(slot.Name, BlendFailureReason.Faulted, "its stream ended without a reply");
    }

    private BackendRequest ToBackendRequest((string Backend, int Sample, string Name) slot, TimeSpan timeout)
    {
        var effort = EffortOf(slot.Backend);
        return new BackendRequest(request.Instruction, request.Input, timeout)
        {
            Messages = request.Messages,
            Format = request.Format,
            Tools = request.Tools,
            Fields = effort is null ? request.Fields : EffortFields.InFields(request.Fields, effort),
            IsStrict = panel.Strict,
            AnthropicSource = effort is null ? request.AnthropicSource : EffortFields.InSource(request.AnthropicSource, effort),
            Sampling = request.Sampling is { Seed: { } seed } sampling ? sampling with { Seed = seed + slot.Sample } : request.Sampling,
        };
    }

    private string? EffortOf(string member) => request.Composition?.Efforts is { } efforts
        ? efforts.GetValueOrDefault(member) ?? efforts.GetValueOrDefault(Composition.EveryMember) ?? panel.Effort
        : panel.Effort;

    private MemberReport ToReport(string name, BackendReply reply) => new()
    {
        Name = name,
        Text = reply.Candidate?.Text,
        Failure = reply.Failure is { } failure ? failure with { What = name } : Uncalled(name, reply),
        Seconds = Seconds,
        PromptTokens = reply.PromptTokens,
        CompletionTokens = reply.CompletionTokens,
        Cost = reply.Cost,
        ReachedLimit = reply.ReachedLimit,
        ToolUse = reply.ToolUse,
        RetryAfter = reply.RetryAfter,
        Details = reply.Details,
        Calls = reply.Calls,
    };

    // A member that makes no call although one is required: other members' calls are preferred to its text.
    private BlendFailure? Uncalled(string name, BackendReply reply) => request.Tools is { Choice: ToolChoice.Required } && reply is { Candidate: not null, ToolUse: null }
        ? new BlendFailure(name, BlendFailureReason.Invalid, "it calls no tool, and the request requires one")
        : null;

    private BlendException TimedOut() => BlendException.TimedOut("panel", deadline.Timeout, $"panel \"{panel.Name}\" had not finished");

    private Task DelayAsync(TimeSpan time, CancellationToken cancellationToken) => Task.Delay(time, timeProvider, cancellationToken);

    // After the only answer of a panel that does not fuse, nothing is left to do.
    private static double MemberShare(Panel panel, BlendRequest request) =>
        panel is { Members.Length: 1, Samples: 1, Stages.Length: 0 } && request.Fuser is SelectFuser.FuserName ? 1 : panel.TimeShare;

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Least(TimeSpan one, TimeSpan? other) => other < one ? other.Value : one;
}
