using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Client;
using LLMBlender.Silo.Backends;
using LLMBlender.Silo.Hosting;
using LLMBlender.Silo.Placement;
using LLMBlender.Silo.Telemetry;
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
    public async Task<BackendReply> AskAsync(BackendRequest request, CancellationToken cancellation)
    {
        var name = this.GetPrimaryKeyString();
        if (book.FindBackend(name) is not { } backend)
        {
            return BackendReply.Failed(name, BlendFailureReason.Refused, $"backend \"{name}\" is not known");
        }

        using var deadline = new Deadline(request.Timeout, cancellation);
        var start = Stopwatch.GetTimestamp();
        try
        {
            var response = await new MeasuredChatClient(backend, metrics.Chats, deadline).GetResponseAsync(Prompt.Of(request), Prompt.Options(backend, request.Sampling), deadline.Token)
                .WaitAsync(deadline.Token);
            backend.Latency.Add(Stopwatch.GetElapsedTime(start));
            return Reply(backend, response);
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            return BackendReply.Failed(name, BlendFailureReason.TimedOut, $"no answer within {request.Timeout.TotalSeconds:0.###} s");
        }
        catch (NotRecordedException e)
        {
            return BackendReply.Failed(name, BlendFailureReason.Refused, e.Message);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            return Failed(backend, e);
        }
    }

    private BackendReply Reply(Backend backend, ChatResponse response)
    {
        if (string.IsNullOrWhiteSpace(response.Text))
        {
            return response.FinishReason == ChatFinishReason.ContentFilter
                ? BackendReply.Failed(backend.Name, BlendFailureReason.Refused, "its answer was held back by a content filter")
                : BackendReply.Failed(backend.Name, BlendFailureReason.Empty, "it answered without a text");
        }

        var (read, written) = (response.Usage?.InputTokenCount ?? 0, response.Usage?.OutputTokenCount ?? 0);
        var cost = backend.Cost(read, written);
        metrics.Blends.Spent(backend.Name, cost);
        return BackendReply.Answered(new Candidate(backend.Name, response.Text), read, written) with
        {
            Cost = cost,
            ReachedLimit = response.FinishReason == ChatFinishReason.Length,
        };
    }

    // What a library says of a failure may quote a header: neither log nor reply gets more of it than a scrubbed sentence.
    private BackendReply Failed(Backend backend, Exception e)
    {
        var known = BackendException.In(e);
        var message = known?.Message ?? $"{e.GetType().Name}: {e.Message}";
        message = backend.Key?.Scrub(message) ?? message;
        var reason = known?.Reason ?? (e is HttpRequestException ? BlendFailureReason.Unreachable : BlendFailureReason.Faulted);
        LogFailed(backend.Name, reason, message);
        return BackendReply.Failed(backend.Name, reason, message);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "backend {Backend} failed, {Reason}: {Problem}")]
    private partial void LogFailed(string backend, BlendFailureReason reason, string problem);
}
