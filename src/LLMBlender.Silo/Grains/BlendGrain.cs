using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Local.Backends;
using LLMBlender.Silo.Hosting;
using LLMBlender.Silo.Placement;
using LLMBlender.Local.Telemetry;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Grains;

/// <summary>
/// One blend: (1) the panel's <see cref="BackendGrain"/>s are asked for candidates, unless they are there already; (2) a
/// <see cref="RankingGrain"/> ranks them; (3) a <see cref="FusionGrain"/> fuses the best; (4) the response says what came of
/// it, and what failed on the way. <see cref="BlendSteps"/> takes the steps, <see cref="StreamedBlend"/> shows them as they are
/// taken, and a <see cref="Passage"/> does without them.
/// </summary>
/// <remarks>
/// A step that fails costs its part and not the blend: without ranking the candidates count as equal, without fusion the best
/// one is the answer, and so it is where the ranker prefers it to what the fuser wrote. Reentrant, for it does nothing but wait.
/// </remarks>
[Reentrant, NearPlacement, RoleFilter(SiloRoles.Blend), GrainDirectory(RuleDirectory.Name)]
internal sealed class BlendGrain(PanelBook book, IBlender blender, Admission admission, BlendMetrics metrics) : Grain, IBlendGrain
{
    /// <inheritdoc/>
    public async Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        using var entry = admission.Enter(request.Call);
        var (wish, panel) = Complete(request);
        using var deadline = new Deadline(wish.Timeout, cancellationToken);
        using var watch = new BlendWatch(panel?.Name, metrics.Blends);
        try
        {
            var blend = new BlendProgress(wish, metrics.Blends, null);
            var steps = new BlendSteps(blender, wish, Inquiry(panel, wish, deadline, blend), blend, deadline);
            await steps.PrepareAsync();
            await steps.FuseAndGuardAsync();
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
        BlendRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Check(request);
        using var entry = admission.Enter(request.Call);
        var (wish, panel) = Complete(request);
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var deadline = new Deadline(wish.Timeout, left.Token);
        using var watch = new BlendWatch(panel?.Name, metrics.Blends);
        try
        {
            var events = Channel.CreateUnbounded<BlendEvent>(new UnboundedChannelOptions { SingleReader = true });
            var blend = new BlendProgress(wish, metrics.Blends, wish.WithProgress ? step => events.Writer.TryWrite(step) : null);
            var inquiry = Inquiry(panel, wish, deadline, blend);
            var updates = Passage.Suits(wish, panel)
                ? new Passage(inquiry!, blend, watch, deadline).StreamAsync()
                : new StreamedBlend(blender, new BlendSteps(blender, wish, inquiry, blend, deadline), events, blend, watch, deadline).RunAsync(wish);
            await foreach (var update in updates)
            {
                yield return update;
            }
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
        RequestRules.CheckForm(request, panel.Name, panel.Passes);
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

    private PanelInquiry? Inquiry(Panel? panel, BlendRequest request, Deadline deadline, BlendProgress blend) =>
        panel is null ? null : new PanelInquiry(GrainFactory, book, panel, request, deadline, metrics.Panels, blend.Heard);
}
