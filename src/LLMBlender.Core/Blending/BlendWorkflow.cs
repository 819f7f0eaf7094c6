using LLMBlender.Abstractions;

namespace LLMBlender.Core.Blending;

/// <summary>
/// One blend: (1) requests candidates from a panel's members, stage by stage, unless the request contains them; (2) ranks the candidates; (3) fuses the
/// best ones; (4) compares the fused answer with the best candidate; (5) returns the answer, ranks, failures and cost. A grain runs it in a
/// cluster, and the local blender in a process.
/// </summary>
/// <remarks>
/// If a step fails or exceeds its share of the time limit, the blend continues without its result: without a ranking all candidates have
/// equal rank and the first usable one is the answer, and without fusion the best candidate is the answer. The best candidate is also the answer if the ranker prefers it to the fused answer or cannot compare the two.
/// A panel with an <see cref="AcceptanceRule"/> asks the next stage only while the best candidate so far is not accepted, and an accepted one is not
/// fused. An instance serves one request.
/// </remarks>
/// <param name="panel">The source of candidates; null if the request contains them.</param>
/// <param name="ranker">Ranks and compares candidates.</param>
/// <param name="fuser">Fuses candidates.</param>
/// <param name="timeProvider">Measures the duration of the steps.</param>
public sealed class BlendWorkflow(ICandidateSource? panel, IRankingService ranker, IFusionService fuser, TimeProvider timeProvider)
{
    /// <summary>The steps that can fail without failing the blend, as named in failures and metrics.</summary>
    public static IReadOnlyList<string> Steps { get; } = [Rank, Fuse, Guard];

    /// <summary>The name of the ranking step.</summary>
    public const string Rank = "rank";

    /// <summary>The step that fuses.</summary>
    public const string Fuse = Fusion.FusionAnswer.Step;

    /// <summary>The name of the step that compares the fused answer with the best candidate.</summary>
    public const string Guard = "guard";

    // The share of the remaining time that a step may use, so that a step that hangs leaves time for the answer without it.
    private const double ShareOfStep = 0.75;
    private const double ShareOfLastStep = 0.9;

    private readonly List<string> failedSteps = [];

    /// <summary>The failed steps, from <see cref="Steps"/>.</summary>
    public IReadOnlyList<string> FailedSteps => failedSteps;

    /// <summary>Whether the fused answer was at least as good as the best candidate; null if they were not compared.</summary>
    public bool? GuardPassed { get; private set; }

    /// <summary>Whether the panel's rule accepted the best candidate; null if it has no rule.</summary>
    public bool? Accepted { get; private set; }

    /// <summary>Runs the blend.</summary>
    /// <param name="request">The request, validated by <see cref="RequestRules"/> and completed with the panel's defaults.</param>
    /// <param name="isStreamed">Whether to stream the answer's text; if false, only events and the last update are returned.</param>
    /// <param name="deadline">The deadline of the request; its token cancels the operation.</param>
    /// <returns>
    /// Events if <see cref="BlendRequest.WithProgress"/> is set, the answer's text if it is streamed, and a last update that contains the
    /// response.
    /// </returns>
    /// <exception cref="BlendException">
    /// There are no candidates, or too few; or a streamed fusion failed after its first characters.
    /// </exception>
    public async IAsyncEnumerable<BlendUpdate> RunAsync(BlendRequest request, bool isStreamed, Deadline deadline)
    {
        var blend = new BlendState(request, panel, timeProvider);

        // (1) candidates
        if (panel is null)
        {
            blend.SetCandidates(request.Candidates!);
        }
        else if (isStreamed && CanPassThrough(request, panel))
        {
            var asked = timeProvider.GetTimestamp();
            await foreach (var (text, report, reasoning, calls, thinking, logprobs) in panel.StreamAsync(deadline.Token))
            {
                if (report is null)
                {
                    yield return new BlendUpdate(text, null) { Reasoning = reasoning, Calls = calls, Thinking = thinking, Logprobs = logprobs };
                }
                else
                {
                    blend.SetReports([report]);
                    blend.AddMemberTime(asked);
                }
            }

            yield return new BlendUpdate("", blend.ToResponse());
            yield break;
        }
        else
        {
            await foreach (var update in AskAsync(request, blend, panel, deadline))
            {
                yield return update;
            }

            if (blend.IsPassedOn || CanPassThrough(request, panel))
            {
                blend.EndStage();
                Accepted = blend.Acceptance;
                yield return new BlendUpdate("", blend.ToResponse());
                yield break;
            }
        }

        // (2) ranking, unless the last stage that was asked is ranked
        if (request.WithProgress)
        {
            yield return blend.Event(BlendEventKind.Ranking);
        }

        if (!blend.IsRanked && !blend.HasAgreement)
        {
            blend.BeginRanking();
            await RankAsync(request, blend, deadline);
        }

        if (panel is not null)
        {
            blend.EndStage();
            Accepted = blend.Acceptance;
        }

        if (request.WithProgress && blend.IsRanked)
        {
            yield return blend.Event(BlendEventKind.Ranked);
        }

        // (3) fusion, (4) guard
        if (request.WithProgress)
        {
            yield return blend.Event(BlendEventKind.Fusing);
        }

        if (isStreamed && request.WithDraft)
        {
            await foreach (var text in DraftAsync(blend, deadline))
            {
                yield return new BlendUpdate(text, null);
            }

            await CompareFusedAsync(request, blend, deadline);
        }
        else
        {
            await FuseAsync(blend, deadline);
            await CompareFusedAsync(request, blend, deadline);
            if (isStreamed && blend.ToResponse() is { ToolUse: null } settled)
            {
                yield return new BlendUpdate(settled.Answer, null);
            }
        }

        // (5) response
        yield return new BlendUpdate("", blend.ToResponse());
    }

    // A panel of one that is not fused has nothing to compare and nothing to choose: its answer is the answer, and no ranker or fuser is called.
    private static bool CanPassThrough(BlendRequest request, ICandidateSource panel) =>
        panel.CanStream && request is { Fuser: Fusion.SelectFuser.FuserName, WithProgress: false, Format: null };

    // Step 1: stage after stage, until the best answer so far is accepted.
    private async IAsyncEnumerable<BlendUpdate> AskAsync(BlendRequest request, BlendState blend, ICandidateSource source, Deadline deadline)
    {
        var reports = new List<MemberReport>(source.Members.Count);
        for (var stage = 0; stage < source.Stages.Count; stage++)
        {
            if (request.WithProgress)
            {
                yield return blend.Event(BlendEventKind.Asking, members: [.. source.Stages.Take(stage + 1).SelectMany(static members => members)]);
            }

            var asked = timeProvider.GetTimestamp();
            await foreach (var (member, text, report) in AskAsync(request, source, stage, deadline))
            {
                if (report is not null)
                {
                    reports.Add(report);
                }

                if (request.WithProgress)
                {
                    yield return report is null ? blend.TextEvent(member, text) : blend.Event(BlendEventKind.Member, member: report);
                }
            }

            blend.AddMemberTime(asked);
            if (stage < source.Stages.Count - 1 && await IsEndAsync(request, blend, source, stage, InOrder(source.Members, reports), deadline))
            {
                source.Finish(stage + 1);
                yield break;
            }
        }

        source.Finish(source.Stages.Count);
        blend.SetReports(InOrder(source.Members, reports));
    }

    private static IAsyncEnumerable<PanelUpdate> AskAsync(BlendRequest request, ICandidateSource source, int stage, Deadline deadline) =>
        request is { WithProgress: true, WithMemberText: true }
            ? source.AskStreamingAsync(stage, deadline.Token)
            : source.AskAsync(stage, deadline.Token).Select(static report => new PanelUpdate(report.Name, "", report));

    // Whether no further stage is asked: the best answer so far is accepted, or the request's limits allow none.
    private async Task<bool> IsEndAsync(BlendRequest request, BlendState blend, ICandidateSource source, int stage, MemberReport[] reports, Deadline deadline)
    {
        if (blend.SetStage(stage, reports))
        {
            blend.BeginRanking();
            await RankAsync(request, blend, deadline);
        }

        blend.WeighNext(source.ExpectedCost(stage + 1));
        var isSpent = !source.Allows(stage + 1);
        if (blend.EndStage(isSpent))
        {
            return true;
        }

        if (isSpent)
        {
            blend.RequireQuorum();
        }

        return isSpent;
    }

    private static MemberReport[] InOrder(IReadOnlyList<string> members, List<MemberReport> reports) =>
        [.. members.Select(name => reports.Find(report => report.Name == name)).OfType<MemberReport>()];

    private async Task RankAsync(BlendRequest request, BlendState blend, Deadline deadline)
    {
        try
        {
            blend.SetRanking(await ranker.RankAsync(blend.RankingRequest(deadline.Remaining * ShareOfStep), deadline.Token));
        }
        catch (BlendException e) when (e.Parameter is null && (request.Candidates is null || e.Reason is not BlendFailureReason.Overloaded))
        {
            // An overloaded ranker fails a blend of given candidates: the caller can retry at no cost, because no model was called.
            blend.SetRankingFailed();
            Fail(blend, Rank, e);
        }
    }

    private async Task FuseAsync(BlendState blend, Deadline deadline)
    {
        if (!blend.CanFuse)
        {
            return;
        }

        try
        {
            Take(blend, await fuser.FuseAsync(blend.FuseRequest(deadline.Remaining * ShareOfStep), deadline.Token));
        }
        catch (BlendException e) when (e.Parameter is null)
        {
            Fail(blend, Fuse, e);
        }
    }

    // Step 3, streamed to a caller that accepts that the last update may contain another answer. If the fuser fails before its first text,
    // the best candidate is streamed instead; after it, the stream ends with the exception.
    private async IAsyncEnumerable<string> DraftAsync(BlendState blend, Deadline deadline)
    {
        if (blend.CanFuse)
        {
            await using var updates = fuser.FuseStreamingAsync(blend.FuseRequest(deadline.Remaining * ShareOfStep), deadline.Token).GetAsyncEnumerator(deadline.Token);
            for (var hasText = false; await MoveNextAsync(updates, hasText, blend); hasText = true)
            {
                if (updates.Current.Response is { } whole)
                {
                    Take(blend, whole);
                    yield break;
                }

                yield return updates.Current.Text;
            }
        }

        if (!blend.BestCallsTools)
        {
            yield return blend.Best.Text;
        }
    }

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<FuseUpdate> updates, bool hasText, BlendState blend)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (BlendException e) when (!hasText && e.Parameter is null)
        {
            Fail(blend, Fuse, e);
            return false;
        }
    }

    private async Task CompareFusedAsync(BlendRequest request, BlendState blend, Deadline deadline)
    {
        if (request.WithoutGuard || blend.FusedToCompare is not { } fused)
        {
            return;
        }

        try
        {
            blend.SetGuardResult(await ranker.CompareAsync(blend.GuardRequest(fused, deadline.Remaining * ShareOfLastStep), deadline.Token));
            GuardPassed = blend.IsFused;
        }
        catch (BlendException e) when (e.Parameter is null)
        {
            blend.SetGuardFailed();
            Fail(blend, Guard, e);
        }
    }

    private void Take(BlendState blend, FuseResponse response)
    {
        blend.SetFusion(response);
        if (response.Failure is not null)
        {
            failedSteps.Add(Fuse);
        }
    }

    private void Fail(BlendState blend, string step, BlendException e)
    {
        failedSteps.Add(step);
        blend.SetFailure(new BlendFailure(step, e.Reason, step == Guard ? $"{e.Message}; the answer is the best candidate" : e.Message));
    }
}
