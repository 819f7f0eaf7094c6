using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Client;
using LLMBlender.Silo.Backends;
using LLMBlender.Silo.Hosting;
using LLMBlender.Silo.Placement;
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
internal sealed partial class BackendGrain(PanelBook book, ILogger<BackendGrain> logger) : Grain, IBackendGrain
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
        try
        {
            var message = new ChatMessage(ChatRole.User, Prompt.Of(request.Instruction, request.Input));
            var response = await backend.Client.GetResponseAsync([message], cancellationToken: deadline.Token).WaitAsync(deadline.Token);
            return string.IsNullOrWhiteSpace(response.Text)
                ? BackendReply.Failed(name, BlendFailureReason.Empty, "it answered without a text")
                : BackendReply.Answered(
                    new Candidate(name, response.Text), response.Usage?.InputTokenCount ?? 0, response.Usage?.OutputTokenCount ?? 0);
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            return BackendReply.Failed(name, BlendFailureReason.TimedOut, $"no answer within {request.Timeout.TotalSeconds:0.###} s");
        }
        catch (NotRecordedException e)
        {
            return BackendReply.Failed(name, BlendFailureReason.Refused, e.Message);
        }
        catch (HttpRequestException e)
        {
            return BackendReply.Failed(name, BlendFailureReason.Unreachable, e.Message);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            LogFailed(e, name);
            return BackendReply.Failed(name, BlendFailureReason.Faulted, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "backend {Backend} failed")]
    private partial void LogFailed(Exception e, string backend);
}
