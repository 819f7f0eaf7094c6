using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Client;
using LLMBlender.Core.Fusion;
using LLMBlender.Silo.Backends;
using LLMBlender.Silo.Hosting;
using LLMBlender.Silo.Placement;
using LLMBlender.Silo.Telemetry;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Grains;

/// <summary>
/// One blend: (1) the panel's <see cref="BackendGrain"/>s are asked for candidates, unless they are there already; (2) a
/// <see cref="RankingGrain"/> ranks them; (3) a <see cref="FusionGrain"/> fuses the best; (4) the response says what came of
/// it, and what failed on the way.
/// </summary>
/// <remarks>
/// A step that fails costs its part and not the blend: without ranking the candidates count as equal, without fusion the best
/// one is the answer, and so it is where the ranker prefers it to what the fuser wrote. Reentrant, for it does nothing but wait.
/// </remarks>
[Reentrant, NearPlacement, RoleFilter(SiloRoles.Blend), GrainDirectory(RuleDirectory.Name)]
internal sealed class BlendGrain(PanelBook book, IBlender blender, Admission admission, BlendMetrics metrics) : Grain, IBlendGrain
{
    /// <inheritdoc/>
    public async Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellation)
    {
        Check(request);
        using var entry = admission.Enter(request.Call);
        var (wish, panel) = Complete(request);
        using var deadline = new Deadline(wish.Timeout, cancellation);
        using var watch = new BlendWatch(panel?.Name, metrics.Blends);
        try
        {
            var blend = new BlendProgress(wish, metrics.Blends, null);
            await PrepareAsync(wish, panel, blend, deadline);
            await FuseAndGuardAsync(blend, deadline);
            watch.Ended();
            return blend.Response();
        }
        catch (Exception e) when (watch.Failed(e))
        {
            throw;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlendUpdate> StreamAsync(
        BlendRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Check(request);
        using var entry = admission.Enter(request.Call);
        var (wish, panel) = Complete(request);
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var deadline = new Deadline(wish.Timeout, left.Token);
        using var watch = new BlendWatch(panel?.Name, metrics.Blends);
        try
        {
            if (IsPassage(wish, panel))
            {
                await foreach (var update in PassAsync(wish, panel!, watch, deadline))
                {
                    yield return update;
                }

                yield break;
            }

            var steps = Channel.CreateUnbounded<BlendEvent>(new UnboundedChannelOptions { SingleReader = true });
            var blend = new BlendProgress(wish, metrics.Blends, wish.WithProgress ? step => steps.Writer.TryWrite(step) : null);
            var prepared = PrepareAsync(wish, panel, blend, deadline);
            _ = prepared.ContinueWith(
                done =>
                {
                    // Whoever stops reading early never comes to await it.
                    _ = done.Exception;
                    steps.Writer.TryComplete();
                },
                CancellationToken.None,
                TaskContinuationOptions.None,
                TaskScheduler.Default);
            await foreach (var step in steps.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return new BlendUpdate("", null) { Event = step };
            }

            await WatchAsync(prepared, watch);
            if (wish.WithProgress)
            {
                yield return new BlendUpdate("", null) { Event = blend.Fusing() };
            }

            watch.Resume();
            await foreach (var piece in wish.WithDraft ? DraftAsync(blend, watch, deadline) : SettledAsync(blend, watch, deadline))
            {
                yield return new BlendUpdate(piece, null);
            }

            watch.Ended();
            yield return new BlendUpdate("", blend.Response());
        }
        finally
        {
            // Whoever stops reading early ends the work as well.
            await left.CancelAsync();
        }
    }

    /// <inheritdoc/>
    public Task<PanelCard[]> PanelsAsync() => Task.FromResult(book.Panels
        .Select(static panel => new PanelCard(panel.Name, panel.Description, panel.Members, panel.Fuser)
        {
            Examples = panel.Examples,
            Passes = panel.Passes,
        })
        .ToArray());

    /// <inheritdoc/>
    public Task<Guid[]> PulseAsync(Guid[] calls) => Task.FromResult(admission.NotInside(calls));

    private static void Check(BlendRequest request)
    {
        RequestRules.CheckSource(request.Instruction, request.Input);
        RequestRules.CheckAggregation(request.Aggregation);
        RequestRules.CheckTopK(request.TopK);
        RequestRules.CheckForm(request);
        if (request.Candidates is { } candidates)
        {
            RequestRules.CheckCandidates(candidates);
            if (request.Panel is not null)
            {
                throw BlendException.Invalid("panel", "\"panel\" and \"candidates\" exclude each other: give one or the other");
            }
        }
    }

    // The panel's own wishes count where the request has none; of two times the shorter.
    private (BlendRequest Request, Panel? Panel) Complete(BlendRequest request)
    {
        if (request.Candidates is not null)
        {
            return (request, null);
        }

        var panel = book.Find(request.Panel);
        RequestRules.CheckForm(request, panel);
        return (
            request with
            {
                Ranker = request.Ranker ?? panel.Ranker,
                Aggregation = request.Aggregation ?? panel.Aggregation,
                Fuser = request.Fuser ?? panel.Fuser,
                TopK = request.TopK ?? panel.TopK,
                Timeout = panel.Deadline < request.Timeout ? panel.Deadline.Value : request.Timeout,
            },
            panel);
    }

    private static bool IsPassage(BlendRequest request, Panel? panel) =>
        panel?.IsPassage == true && request is { Fuser: SelectFuser.FuserName, WithProgress: false, Format: null, Tools: null };

    // A panel of one has nothing to rank and nothing to choose: what its member writes is the answer, word by word.
    private async IAsyncEnumerable<BlendUpdate> PassAsync(BlendRequest request, Panel panel, BlendWatch watch, Deadline deadline)
    {
        var blend = new BlendProgress(request, metrics.Blends, null);
        await using var pieces = new PanelInquiry(GrainFactory, book, panel, request, deadline, metrics.Panels, blend.Heard)
            .StreamAsync().GetAsyncEnumerator();
        while (await NextAsync(pieces, panel, watch, deadline))
        {
            if (pieces.Current.Report is { } report)
            {
                Conclude(panel, report, blend, watch);
                yield return new BlendUpdate("", blend.Response());
                yield break;
            }

            yield return new BlendUpdate(pieces.Current.Piece, null);
        }
    }

    private static async ValueTask<bool> NextAsync(
        IAsyncEnumerator<(string Piece, MemberReport? Report)> pieces, Panel panel, BlendWatch watch, Deadline deadline)
    {
        try
        {
            return await pieces.MoveNextAsync();
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            var late = BlendException.TimedOut("panel", deadline.Timeout, $"panel \"{panel.Name}\" was still being asked");
            watch.Failed(late);
            throw late;
        }
        catch (Exception e) when (watch.Failed(e))
        {
            throw;
        }
    }

    private static void Conclude(Panel panel, MemberReport report, BlendProgress blend, BlendWatch watch)
    {
        try
        {
            blend.Asked(panel, [report]);
            watch.Ended();
        }
        catch (Exception e) when (watch.Failed(e))
        {
            throw;
        }
    }

    // Steps 1 and 2.
    private async Task PrepareAsync(BlendRequest request, Panel? panel, BlendProgress blend, Deadline deadline)
    {
        if (panel is null)
        {
            blend.Given(request.Candidates!);
        }
        else
        {
            blend.Asking(panel);
            blend.Asked(panel, await AskAsync(request, panel, blend, deadline));
        }

        await RankAsync(request, blend, deadline);
    }

    private async Task<MemberReport[]> AskAsync(BlendRequest request, Panel panel, BlendProgress blend, Deadline deadline)
    {
        try
        {
            return await new PanelInquiry(GrainFactory, book, panel, request, deadline, metrics.Panels, blend.Heard).AskAsync();
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            throw BlendException.TimedOut("panel", deadline.Timeout, $"panel \"{panel.Name}\" was still being asked");
        }
    }

    private async Task RankAsync(BlendRequest request, BlendProgress blend, Deadline deadline)
    {
        try
        {
            blend.Ranked(await blender.RankAsync(blend.RankingRequest(deadline.Remaining), deadline.Token));
        }
        catch (BlendException e) when (e.Parameter is null && (request.Candidates is null || e.Reason is not BlendFailureReason.Overloaded))
        {
            // Nothing has been spent yet on candidates that were given, and trying again later costs the caller nothing.
            blend.Failed("rank", e);
        }
    }

    // Step 3, and the ranker's word on it. Fused answers that lose to the best candidate are not given.
    private async Task FuseAndGuardAsync(BlendProgress blend, Deadline deadline)
    {
        if (!blend.CanFuse)
        {
            return;
        }

        try
        {
            blend.Fused(await blender.FuseAsync(blend.FuseRequest(deadline.Remaining), deadline.Token));
        }
        catch (BlendException e) when (e.Parameter is null)
        {
            blend.Failed("fuse", e);
        }

        await GuardAsync(blend, deadline);
    }

    private async Task GuardAsync(BlendProgress blend, Deadline deadline)
    {
        if (blend.ToGuard is not { } fused)
        {
            return;
        }

        try
        {
            blend.Guarded(await blender.CompareAsync(blend.GuardRequest(fused, deadline.Remaining), deadline.Token));
        }
        catch (BlendException e) when (e.Parameter is null)
        {
            blend.Failed("guard", e);
        }
    }

    // Step 3 for a stream whose text can't be taken back: it is held until the ranker has had its word.
    private async IAsyncEnumerable<string> SettledAsync(BlendProgress blend, BlendWatch watch, Deadline deadline)
    {
        await WatchAsync(FuseAndGuardAsync(blend, deadline), watch);
        if (blend.Response() is { ToolUse: null } settled)
        {
            yield return settled.Answer;
        }
    }

    // Step 3 as it is written, for a reader who knows that the last word may be another answer. A fuser that fails before its
    // first word is replaced by the best candidate; after it, the stream must end.
    private async IAsyncEnumerable<string> DraftAsync(BlendProgress blend, BlendWatch watch, Deadline deadline)
    {
        if (!blend.CanFuse)
        {
            if (!blend.BestCalls)
            {
                yield return blend.Best.Text;
            }

            yield break;
        }

        await using var updates = blender.StreamAsync(blend.FuseRequest(deadline.Remaining), deadline.Token).GetAsyncEnumerator();
        for (var started = false; await NextAsync(updates, blend, watch, started); started = true)
        {
            if (updates.Current.Response is { } whole)
            {
                blend.Fused(whole);
                await WatchAsync(GuardAsync(blend, deadline), watch);
                yield break;
            }

            yield return updates.Current.Text;
        }

        yield return blend.Best.Text;
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<FuseUpdate> updates, BlendProgress blend, BlendWatch watch, bool started)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (BlendException e) when (!started && e.Parameter is null)
        {
            blend.Failed("fuse", e);
            return false;
        }
        catch (Exception e) when (watch.Failed(e))
        {
            throw;
        }
    }

    private static async Task WatchAsync(Task step, BlendWatch watch)
    {
        try
        {
            await step;
        }
        catch (Exception e) when (watch.Failed(e))
        {
            throw;
        }
    }
}
