using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;

namespace LLMBlender.Core.Blending;

/// <summary>
/// One fusion: the top k are given to a fuser, and its answer is accepted or replaced by the best candidate. Serves one request.
/// </summary>
public sealed class FusionWorkflow
{
    private readonly FuseRequest request;
    private readonly FusionRequest fusion;

    private FusionWorkflow(FuseRequest request, FusionRequest fusion) => (this.request, this.fusion) = (request, fusion);

    /// <summary>How many candidates the fuser reads.</summary>
    public int CandidateCount => fusion.Candidates.Count;

    /// <summary>Checks a request and chooses the top k.</summary>
    /// <exception cref="BlendException">The request is invalid; names the field, its value and the rule.</exception>
    public static FusionWorkflow Create(FuseRequest request)
    {
        RequestRules.CheckSource(request.Instruction, request.Input);
        RequestRules.CheckCandidates(request.Candidates);
        RequestRules.CheckTopK(request.TopK);
        var texts = Array.ConvertAll(request.Candidates, static candidate => candidate.Text);
        if (Array.TrueForAll(texts, string.IsNullOrWhiteSpace))
        {
            throw BlendException.Invalid("candidates", $"\"candidates\" lists {texts.Length} and all are empty; at least one must have text");
        }

        return new FusionWorkflow(
            request, FusionRequest.Of(request.Instruction, request.Input, texts, request.TopK ?? FusionRequest.DefaultTopK));
    }

    /// <summary>Fuses.</summary>
    /// <param name="fuser">The fuser.</param>
    /// <param name="costOf">The cost of a usage; null where no prices are configured.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task<FuseResponse> RunAsync(IFuser fuser, Func<FusionUsage, decimal?> costOf, CancellationToken cancellationToken) =>
        RunAsync(fuser, costOf, null, cancellationToken);

    /// <summary>Fuses, and streams the answer as it is written. The last update holds the whole response.</summary>
    /// <exception cref="BlendException">The fuser failed after its first characters, which cannot be taken back.</exception>
    /// <inheritdoc cref="RunAsync(IFuser, Func{FusionUsage, decimal?}, CancellationToken)"/>
    public async IAsyncEnumerable<FuseUpdate> StreamAsync(
        IFuser fuser, Func<FusionUsage, decimal?> costOf, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pieces = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
        var whole = RunAsync(fuser, costOf, piece => pieces.Writer.TryWrite(piece), cancellationToken);
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
            throw new BlendException(FusionAnswer.Step, failure.Reason, failure.Message);
        }

        yield return new FuseUpdate("", response);
    }

    private async Task<FuseResponse> RunAsync(
        IFuser fuser, Func<FusionUsage, decimal?> costOf, Action<string>? written, CancellationToken cancellationToken)
    {
        // Off the caller's scheduler: a local model computes for a long time between two awaits.
        var attempt = await Task.Run(() => FusionAttempt.OfAsync(fuser, fusion, written, cancellationToken), cancellationToken);
        var answer = FusionAnswer.Of(fuser.Name, fusion, attempt);
        var isBest = answer.Failure is not null || fuser is SelectFuser;
        return new FuseResponse(
            answer.Text,
            isBest ? [IndexOfBest()] : [.. Enumerable.Range(0, fusion.Candidates.Count)],
            fuser.Name,
            answer.Usage.PromptTokens,
            answer.Usage.CompletionTokens)
        {
            Failure = answer.Failure,
            ReachedLimit = answer.Failure is null && answer.Usage.ReachedLimit,
            Cost = costOf(answer.Usage),
        };
    }

    private int IndexOfBest() => Array.FindIndex(request.Candidates, candidate => candidate.Text == fusion.Best);
}
