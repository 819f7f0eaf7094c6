using System.Diagnostics;
using System.Runtime.CompilerServices;
using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using LLMBlender.Silo.Hosting;
using LLMBlender.Silo.Placement;
using LLMBlender.Local.Telemetry;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Grains;

/// <summary>
/// See <see cref="IBackendGrain"/>. Every silo that blends has its own grain of a backend, so that no backend is lost with a
/// silo. Reentrant, for a slow answer must not hold up the next question.
/// </summary>
[Reentrant, NearPlacement, RoleFilter(SiloRoles.Blend), GrainDirectory(RuleDirectory.Name)]
internal sealed partial class BackendGrain(PanelBook book, BlendMetrics metrics, ILogger<BackendGrain> logger) : Grain, IBackendGrain
{
    /// <inheritdoc/>
    public async Task<BackendReply> AskAsync(BackendRequest request, CancellationToken cancellationToken)
    {
        var name = this.GetPrimaryKeyString();
        if (book.FindBackend(name) is not { } backend)
        {
            return BackendReply.Failed(name, BlendFailureReason.Refused, $"backend \"{name}\" is not known");
        }

        using var deadline = new Deadline(request.Timeout, cancellationToken);
        var start = Stopwatch.GetTimestamp();
        try
        {
            var response = await new MeasuredChatClient(backend, metrics.Chats, deadline)
                .GetResponseAsync(Prompt.Of(request), Prompt.Options(backend, request), deadline.Token)
                .WaitAsync(deadline.Token);
            backend.Latency.Add(Stopwatch.GetElapsedTime(start));
            return Reply(backend, request, response);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (e is OperationCanceledException)
            {
                backend.Latency.AddGivenUp(Stopwatch.GetElapsedTime(start));
            }

            return Failed(backend, deadline, e) ?? throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BackendUpdate> StreamAsync(BackendRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var name = this.GetPrimaryKeyString();
        if (book.FindBackend(name) is not { } backend)
        {
            yield return new BackendUpdate("", BackendReply.Failed(name, BlendFailureReason.Refused, $"backend \"{name}\" is not known"));
            yield break;
        }

        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var deadline = new Deadline(request.Timeout, left.Token);
        try
        {
            var updates = new MeasuredChatClient(backend, metrics.Chats, deadline).GetStreamingResponseAsync(Prompt.Of(request), Prompt.Options(backend, request), deadline.Token);
            await using var next = updates.GetAsyncEnumerator(deadline.Token);
            var all = new List<ChatResponseUpdate>();
            while (true)
            {
                var (update, failed) = await NextAsync(backend, next, deadline, cancellationToken);
                if (update is null)
                {
                    yield return new BackendUpdate("", failed ?? Reply(backend, request, all.ToChatResponse()));
                    yield break;
                }

                all.Add(update);
                if (update.Text.Length > 0)
                {
                    yield return new BackendUpdate(update.Text, null);
                }
            }
        }
        finally
        {
            // Whoever stops reading early ends the backend's work as well.
            await left.CancelAsync();
        }
    }

    private async ValueTask<(ChatResponseUpdate? Update, BackendReply? Failed)> NextAsync(
        Backend backend, IAsyncEnumerator<ChatResponseUpdate> updates, Deadline deadline, CancellationToken cancellationToken)
    {
        try
        {
            return (await updates.MoveNextAsync() ? updates.Current : null, null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return (null, Failed(backend, deadline, e) ?? throw new OperationCanceledException(cancellationToken));
        }
    }

    private BackendReply Reply(Backend backend, BackendRequest request, ChatResponse response)
    {
        var (text, use) = (response.Text, AnswerForm.CallsIn(response));
        var (read, written) = (response.Usage?.InputTokenCount ?? 0, response.Usage?.OutputTokenCount ?? 0);
        var isCut = response.FinishReason == ChatFinishReason.Length;
        var (reason, fault) = Fault(request, response, text, use);
        var reply = fault is null
            ? BackendReply.Answered(new Candidate(backend.Name, use?.ToForm() ?? text), read, written)
            : BackendReply.Failed(backend.Name, reason, isCut ? $"{fault}, for it was cut off by the limit of tokens" : fault, read, written);
        var cost = backend.Cost(read, written);
        metrics.Blends.Spent(backend.Name, cost);
        return reply with { Cost = cost, ReachedLimit = isCut, ToolUse = use };
    }

    // Why an answer is no candidate, though it is paid for like any other.
    private static (BlendFailureReason Reason, string? Fault) Fault(BackendRequest request, ChatResponse response, string text, ToolUse? use) =>
        !string.IsNullOrWhiteSpace(text) || use is not null ? (BlendFailureReason.Invalid, AnswerForm.Fault(text, use, request))
        : response.FinishReason == ChatFinishReason.ContentFilter ? (BlendFailureReason.Refused, "its answer was held back by a content filter")
        : (BlendFailureReason.Empty, "it answered without a text");

    // Null where nobody waits for an answer any more.
    private BackendReply? Failed(Backend backend, Deadline deadline, Exception e) => e switch
    {
        OperationCanceledException when deadline.IsPassed => BackendReply.Failed(
            backend.Name, BlendFailureReason.TimedOut, $"no answer within {deadline.Timeout.TotalSeconds:0.###} s"),
        OperationCanceledException => null,
        NotRecordedException => BackendReply.Failed(backend.Name, BlendFailureReason.Refused, e.Message),
        _ => Failed(backend, e),
    };

    private BackendReply Failed(Backend backend, Exception e)
    {
        var known = BackendException.In(e);
        var message = backend.Explain(e);
        var reason = known?.Reason ?? (e is HttpRequestException ? BlendFailureReason.Unreachable : BlendFailureReason.Faulted);
        LogFailed(known?.IsTurnedAway == true ? LogLevel.Debug : LogLevel.Warning, backend.Name, reason, message);
        return BackendReply.Failed(backend.Name, reason, message) with { RetryAfter = known?.RetryAfter };
    }

    [LoggerMessage(Message = "backend {Backend} failed, {Reason}: {Problem}")]
    private partial void LogFailed(LogLevel level, string backend, BlendFailureReason reason, string problem);
}
