using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;

namespace LLMBlender.Core.Blending;

/// <summary>
/// One fusion: passes the top k candidates to a fuser, and accepts its answer or replaces it with the best candidate. An instance serves
/// one request.
/// </summary>
public sealed class FusionWorkflow
{
    private readonly FuseRequest request;
    private readonly FusionRequest fusion;

    private FusionWorkflow(FuseRequest request, FusionRequest fusion) => (this.request, this.fusion) = (request, fusion);

    /// <summary>The number of candidates passed to the fuser.</summary>
    public int CandidateCount => fusion.Candidates.Count;

    /// <summary>Validates a request and selects the top k candidates.</summary>
    /// <exception cref="BlendException">The request is invalid; the message contains the field, its value and the rule.</exception>
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

    /// <summary>Fuses the candidates.</summary>
    /// <param name="fuser">The fuser.</param>
    /// <param name="costOf">Returns the cost of a usage; null if no prices are configured.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public Task<FuseResponse> RunAsync(IFuser fuser, Func<FusionUsage, decimal?> costOf, CancellationToken cancellationToken) =>
        RunAsync(fuser, costOf, null, cancellationToken);

    /// <summary>Fuses the candidates and streams the answer while it is generated. The last update contains the whole response.</summary>
    /// <exception cref="BlendException">The fuser failed after its first characters were streamed.</exception>
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
        // Runs off the caller's scheduler, because a local model computes for a long time between two awaits.
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
