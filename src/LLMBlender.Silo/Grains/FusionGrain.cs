using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;
using LLMBlender.Core.Blending;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Fusion;
using LLMBlender.Silo.Hosting;
using LLMBlender.Silo.Placement;
using LLMBlender.Local.Telemetry;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Grains;

/// <summary>
/// See <see cref="IFusionGrain"/>. The fuser works away from the grain, which is reentrant, for it only hands pieces on.
/// </summary>
[Reentrant, NearPlacement, RoleFilter(SiloRoles.Fuse), GrainDirectory(RuleDirectory.Name)]
internal sealed class FusionGrain(FuserBook book, PanelBook panels, Admission admission, BlendMetrics metrics) : Grain, IFusionGrain
{
    /// <inheritdoc/>
    public async Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken)
    {
        using var entry = admission.Enter(request.Call);
        using var deadline = new Deadline(request.Timeout, cancellationToken);
        var (fuser, fusion) = Prepare(request, deadline);
        return await RunAsync(request, fuser, fusion, null, deadline);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FuseUpdate> StreamAsync(
        FuseRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var entry = admission.Enter(request.Call);
        using var deadline = new Deadline(request.Timeout, cancellationToken);
        var (fuser, fusion) = Prepare(request, deadline);
        var pieces = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
        var whole = RunAsync(request, fuser, fusion, piece => pieces.Writer.TryWrite(piece), deadline);
        _ = whole.ContinueWith(_ => pieces.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        var written = new StringBuilder();
        await foreach (var piece in pieces.Reader.ReadAllAsync(CancellationToken.None))
        {
            written.Append(piece);
            yield return new FuseUpdate(piece, null);
        }

        var response = await whole;
        if (written.Length == 0)
        {
            yield return new FuseUpdate(response.Answer, null);
        }
        else if (response.Failure is { } failure)
        {
            // What has been streamed can't be taken back.
            throw new BlendException("fuse", failure.Reason, failure.Message);
        }

        yield return new FuseUpdate("", response);
    }

    /// <inheritdoc/>
    public Task<Guid[]> PulseAsync(Guid[] calls) => Task.FromResult(admission.NotInside(calls));

    private (IFuser Fuser, FusionRequest Request) Prepare(FuseRequest request, Deadline deadline)
    {
        RequestRules.CheckSource(request.Instruction, request.Input);
        RequestRules.CheckCandidates(request.Candidates);
        RequestRules.CheckTopK(request.TopK);
        var texts = Array.ConvertAll(request.Candidates, candidate => candidate.Text);
        if (Array.TrueForAll(texts, string.IsNullOrWhiteSpace))
        {
            throw BlendException.Invalid("candidates", "every one of \"candidates\" is empty, and one must say something");
        }

        return (
            Find(request, deadline),
            FusionRequest.Of(request.Instruction, request.Input, texts, request.TopK ?? FusionRequest.DefaultTopK));
    }

    // Any backend can fuse: its name is then the fuser's.
    private IFuser Find(FuseRequest request, Deadline deadline)
    {
        if (request.Fuser is null || panels.FindBackend(request.Fuser) is not { } backend)
        {
            return book.Find(request.Fuser);
        }

        var options = new ChatFuserOptions { Name = backend.Name };
        return new ChatFuser(new MeasuredChatClient(backend, metrics.Chats, deadline), options with
        {
            MaxNewTokens = Prompt.Least(request.MaxTokens, backend.Settings?.MaxTokens) ?? options.MaxNewTokens,
        });
    }

    private async Task<FuseResponse> RunAsync(
        FuseRequest request,
        IFuser fuser,
        FusionRequest fusion,
        Action<string>? written,
        Deadline deadline)
    {
        using var span = BlendTracing.Start("fuse", fuser.Name)?.SetTag("llmblender.candidates", fusion.Candidates.Count);
        var start = Stopwatch.GetTimestamp();
        try
        {
            var attempt = await Task.Run(() => FusionAttempt.OfAsync(fuser, fusion, written, deadline.Token), deadline.Token);
            var answer = FusionAnswer.Of(fuser.Name, fusion, attempt);
            var cost = panels.FindBackend(fuser.Name)?.Cost(answer.Usage.PromptTokens, answer.Usage.CompletionTokens);
            metrics.Blends.Spent(fuser.Name, cost);
            metrics.Blends.Fused(fuser.Name, Stopwatch.GetElapsedTime(start).TotalSeconds, answer.Failure?.Reason);
            span.Fail(answer.Failure?.Reason);
            var isBest = answer.Failure is not null || fuser is SelectFuser;
            return new FuseResponse(
                answer.Text,
                isBest ? [IndexOf(request, fusion.Best)] : [.. Enumerable.Range(0, fusion.Candidates.Count)],
                fuser.Name,
                answer.Usage.PromptTokens,
                answer.Usage.CompletionTokens)
            {
                Failure = answer.Failure is { } failure ? failure with { Message = Scrubbed(fuser, failure.Message) } : null,
                ReachedLimit = answer.Failure is null && answer.Usage.ReachedLimit,
                Cost = cost,
            };
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            metrics.Blends.Fused(fuser.Name, Stopwatch.GetElapsedTime(start).TotalSeconds, BlendFailureReason.TimedOut);
            span.Fail(BlendFailureReason.TimedOut);
            throw BlendException.TimedOut("fuse", deadline.Timeout, $"the fuser {fuser.Name} was still writing");
        }
    }

    private string Scrubbed(IFuser fuser, string message) => panels.FindBackend(fuser.Name)?.Key?.Scrub(message) ?? message;

    private static int IndexOf(FuseRequest request, string text) =>
        Array.FindIndex(request.Candidates, candidate => candidate.Text == text);
}
