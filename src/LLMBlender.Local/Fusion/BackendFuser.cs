using System.Runtime.CompilerServices;
using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Telemetry;
using LLMBlender.Local.Wire;

namespace LLMBlender.Local.Fusion;

/// <summary>A backend as a fuser: measures calls, and removes the key from failure messages. Serves one request.</summary>
internal sealed class BackendFuser(Backend backend, int? maxTokens, string? prompt, ChatMetrics metrics, Deadline deadline) : IFuser
{
    /// <inheritdoc/>
    public string Name => backend.Name;

    /// <summary>Whether failures contain what the server wrote.</summary>
    public bool ShowsServerMessages { get; init; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FusionPart> FuseAsync(FusionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var options = new ChatFuserOptions { Name = backend.Name, Prompt = prompt };
        var fuser = new ChatFuser(new MeasuredChatClient(backend, metrics, deadline), options with
        {
            MaxNewTokens = Prompt.Least(maxTokens, backend.Settings?.MaxTokens) ?? options.MaxNewTokens,
        });
        await using var parts = fuser.FuseAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(parts))
        {
            yield return parts.Current;
        }
    }

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<FusionPart> parts)
    {
        try
        {
            return await parts.MoveNextAsync();
        }
        catch (Exception e) when (BackendException.In(e) is { } known)
        {
            throw new BackendException(known.Reason, backend.Explain(known, ShowsServerMessages), e) { RetryAfter = known.RetryAfter };
        }
        catch (Exception e) when (backend.Key is { } key && e is not (OperationCanceledException or OutOfMemoryException) && key.Scrub(e.Message) != e.Message)
        {
            throw new BackendException(BackendException.In(e)?.Reason ?? BlendFailureReason.Faulted, key.Scrub(e.Message), e);
        }
    }
}
