using System.Diagnostics;
using System.Runtime.CompilerServices;
using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Backends.Answers;
using LLMBlender.Local.Telemetry;
using LLMBlender.Local.Wire;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Local.Panels;

/// <summary>Calls backends in this process: measures each call, checks the format of its answer, and assigns a reason to its failure.</summary>
/// <param name="backends">The backends.</param>
/// <param name="metrics">Measures calls.</param>
/// <param name="logger">Logs failures.</param>
/// <param name="budget">Bounds the memory of answers; null for no bound.</param>
public sealed partial class BackendCaller(PanelRegistry backends, BlendMetrics metrics, ILogger<BackendCaller> logger, AnswerBudget? budget = null) : IBackendCaller
{
    // More than any model reads or writes for one answer.
    private const long MaxTokens = 100_000_000;

    /// <inheritdoc/>
    public async Task<BackendReply> AskAsync(string backend, BackendRequest request, CancellationToken cancellationToken)
    {
        if (backends.FindBackend(backend) is not { } found)
        {
            return Unknown(backend);
        }

        if (Unable(found, request) is { } unable)
        {
            return unable;
        }

        using var deadline = new Deadline(request.Timeout, cancellationToken);
        using var memory = budget?.Begin();
        var start = Stopwatch.GetTimestamp();
        try
        {
            var response = await new MeasuredChatClient(found, metrics.Chats, deadline)
                .GetResponseAsync(Prompt.Of(request), WithMemory(Prompt.Options(found, request), memory), deadline.Token)
                .WaitAsync(deadline.Token);
            found.Latency.Add(Stopwatch.GetElapsedTime(start));
            return Reply(found, request, response);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (e is OperationCanceledException)
            {
                found.Latency.AddGivenUp(Stopwatch.GetElapsedTime(start));
            }

            return Failed(found, deadline, e) ?? throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BackendUpdate> StreamAsync(
        string backend, BackendRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (backends.FindBackend(backend) is not { } found)
        {
            yield return new BackendUpdate("", Unknown(backend));
            yield break;
        }

        if (Unable(found, request) is { } unable)
        {
            yield return new BackendUpdate("", unable);
            yield break;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var deadline = new Deadline(request.Timeout, stop.Token);
        using var memory = budget?.Begin();
        var start = Stopwatch.GetTimestamp();
        try
        {
            var updates = new MeasuredChatClient(found, metrics.Chats, deadline)
                .GetStreamingResponseAsync(Prompt.Of(request), Prompt.Options(found, request), deadline.Token);
            await using var next = updates.GetAsyncEnumerator(deadline.Token);
            var all = new StreamedAnswer();
            while (true)
            {
                var (update, failed) = await NextAsync(found, next, memory, deadline, cancellationToken);
                if (update is null)
                {
                    if (failed is null)
                    {
                        found.Latency.Add(Stopwatch.GetElapsedTime(start));
                    }

                    yield return new BackendUpdate("", failed ?? Reply(found, request, all.ToResponse()));
                    yield break;
                }

                var reasoning = all.Add(update);
                var part = update.RawRepresentation as WirePart;
                if (update.Text.Length > 0 || reasoning.Length > 0 || part is not null)
                {
                    yield return new BackendUpdate(update.Text, null)
                    {
                        Reasoning = reasoning.Length > 0 ? reasoning : null,
                        Calls = part?.Calls,
                        Thinking = part?.Thinking,
                        Logprobs = part?.Logprobs,
                    };
                }
            }
        }
        finally
        {
            // Disposing the enumerator cancels the call.
            await stop.CancelAsync();
        }
    }

    private async ValueTask<(ChatResponseUpdate? Update, BackendReply? Failed)> NextAsync(
        Backend backend, IAsyncEnumerator<ChatResponseUpdate> updates, AnswerBudget.Lease? memory, Deadline deadline, CancellationToken cancellationToken)
    {
        try
        {
            if (!await updates.MoveNextAsync())
            {
                return (null, null);
            }

            // While it waits, the server is not read on.
            if (memory is not null)
            {
                await memory.AddAsync(updates.Current.Contents.Sum(static content => content is TextContent text ? text.Text.Length : content is TextReasoningContent thought ? thought.Text.Length : 0), deadline.Token);
            }

            return (updates.Current, null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return (null, Failed(backend, deadline, e) ?? throw new OperationCanceledException(cancellationToken));
        }
    }

    private static ChatOptions? WithMemory(ChatOptions? options, AnswerBudget.Lease? memory)
    {
        if (memory is null)
        {
            return options;
        }

        var counted = options as WireChatOptions ?? new WireChatOptions();
        counted.Memory = memory;
        return counted;
    }

    private static BackendReply Unknown(string backend) =>
        BackendReply.Failed(backend, BlendFailureReason.Refused, $"backend \"{backend}\" is not known");

    private static BackendReply? Unable(Backend backend, BackendRequest request) =>
        backend.Settings is { Sees: false } && request.Messages?.Any(static turn => turn.HasMedia) == true
            ? BackendReply.Failed(backend.Name, BlendFailureReason.Refused, "it is not asked: the request contains images or files, and its setting Sees is false")
            : null;

    private BackendReply Reply(Backend backend, BackendRequest request, ChatResponse response)
    {
        var (text, use, details) = (AnswerForm.Unwrap(response.Text, request.Format), AnswerForm.CallsIn(response), AnswerForm.DetailsOf(response));
        var (read, written) = (Tokens(backend, response.Usage?.InputTokenCount), Tokens(backend, response.Usage?.OutputTokenCount));
        var isCut = response.FinishReason == ChatFinishReason.Length;
        var (reason, fault) = Fault(request, response, text, use, details);
        var reply = fault is null
            ? BackendReply.Answered(new Candidate(backend.Name, use?.ToForm() ?? text), read, written)
            : BackendReply.Failed(backend.Name, reason, isCut ? $"{fault}: it was truncated at the token limit" : fault, read, written);
        Count(backend, reply.Failure);
        var cost = backend.Cost(read, written);
        metrics.Blends.Spent(backend.Name, cost);
        return reply with { Cost = cost, ReachedLimit = isCut, ToolUse = use, Details = details };
    }

    private long Tokens(Backend backend, long? count)
    {
        var tokens = Math.Clamp(count ?? 0, 0, MaxTokens);
        if (count is { } said && said != tokens)
        {
            LogUsage(backend.Name, said, tokens);
        }

        return tokens;
    }

    // The fault of an answer that can't be a candidate; its tokens are counted nevertheless. Null if it has none.
    private static (BlendFailureReason Reason, string? Fault) Fault(BackendRequest request, ChatResponse response, string text, ToolUse? use, AnswerDetails? details) =>
        !string.IsNullOrWhiteSpace(text) || use is not null ? (BlendFailureReason.Invalid, AnswerForm.Fault(text, use, request))
        : response.FinishReason == ChatFinishReason.ContentFilter ? (BlendFailureReason.Refused, "a content filter blocked its answer")
        : details?.Refusal is { } refusal ? (BlendFailureReason.Refused, $"it refused to answer: {refusal}")
        : (BlendFailureReason.Empty, "its answer contains no text");

    // Null if the caller cancelled the call.
    private BackendReply? Failed(Backend backend, Deadline deadline, Exception e)
    {
        var failed = ReplyOf(backend, deadline, e);
        if (failed is not null)
        {
            Count(backend, failed.Failure);
        }

        return failed;
    }

    private static void Count(Backend backend, BlendFailure? failure)
    {
        if (failure is null)
        {
            backend.Calls.AddAnswer();
        }
        else
        {
            backend.Calls.AddFailure(failure.Message);
        }
    }

    private BackendReply? ReplyOf(Backend backend, Deadline deadline, Exception e) => e switch
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
        LogFailed(known?.IsRejectedLocally == true ? LogLevel.Debug : LogLevel.Warning, backend.Name, reason, message);
        var failed = BackendReply.Failed(backend.Name, reason, backend.Explain(e, backends.ShowsServerMessages));
        return failed with
        {
            RetryAfter = known?.RetryAfter,
            Failure = failed.Failure! with { Status = known?.Status, Code = known?.Code },
        };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "backend {Backend} counted {Count} tokens, which is taken for {Taken}")]
    private partial void LogUsage(string backend, long count, long taken);

    [LoggerMessage(Message = "backend {Backend} failed, {Reason}: {Problem}")]
    private partial void LogFailed(LogLevel level, string backend, BlendFailureReason reason, string problem);
}
