using System.Diagnostics;
using System.Runtime.CompilerServices;
using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Telemetry;

/// <summary>
/// A backend's client that measures and traces each call by OpenTelemetry's GenAI convention. Labels of metrics are values of
/// the configuration, never values of the server's response; spans have the model and id of the response too. Serves one request; does not dispose the backend's client.
/// </summary>
/// <param name="backend">The backend.</param>
/// <param name="metrics">Counts the calls.</param>
/// <param name="deadline">The request's deadline; distinguishes timed-out calls from cancelled ones.</param>
public sealed class MeasuredChatClient(Backend backend, ChatMetrics metrics, Deadline deadline) : IChatClient
{
    private const string Operation = "chat";
    private const string Recorded = "recorded";

    private readonly TagList tags = new()
    {
        { "gen_ai.operation.name", Operation },
        { "gen_ai.provider.name", backend.Settings?.Kind ?? Recorded },
        { "gen_ai.request.model", Model(backend) },
        { "llmblender.backend", backend.Name },
    };

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var span = Begin(messages);
        var start = Stopwatch.GetTimestamp();
        try
        {
            var response = await backend.Client.GetResponseAsync(messages, options, cancellationToken);
            End(span, start, response.Usage?.InputTokenCount ?? 0, response.Usage?.OutputTokenCount ?? 0, response.FinishReason, response.ModelId, response.ResponseId);
            PromptCapture.CaptureOutput(span, response.Text);
            return response;
        }
        catch (Exception e) when (Fail(span, start, e))
        {
            throw;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var span = Begin(messages);
        var start = Stopwatch.GetTimestamp();
        var (input, output, began, isYielded) = (0L, 0L, false, false);
        ChatFinishReason? finish = null;
        var (model, id) = ((string?)null, (string?)null);
        var text = PromptCapture.CreateBuffer(span);
        await using var updates = backend.Client.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (await NextAsync(updates, span, start))
            {
                if (!began)
                {
                    metrics.Began(tags, Stopwatch.GetElapsedTime(start).TotalSeconds);
                    began = true;
                }

                foreach (var used in updates.Current.Contents.OfType<UsageContent>())
                {
                    (input, output) = (input + (used.Details.InputTokenCount ?? 0), output + (used.Details.OutputTokenCount ?? 0));
                }

                finish = updates.Current.FinishReason ?? finish;
                (model, id) = (updates.Current.ModelId ?? model, updates.Current.ResponseId ?? id);
                text?.Append(updates.Current.Text);
                isYielded = true;
                yield return updates.Current;
                isYielded = false;
            }

            End(span, start, input, output, finish, model, id);
            PromptCapture.CaptureOutput(span, text?.ToString());
        }
        finally
        {
            // The consumer disposed the enumerator before the end of the stream.
            if (isYielded)
            {
                Fail(span, start, new OperationCanceledException());
                metrics.Used(tags, input, output);
            }
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) => backend.Client.GetService(serviceType, serviceKey);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static string Model(Backend backend) => backend.Settings?.Model ?? backend.Name;

    private Activity? Begin(IEnumerable<ChatMessage> messages)
    {
        var span = BlendTracing.Start(Operation, Model(backend), ActivityKind.Client);
        if (span is { IsAllDataRequested: true })
        {
            foreach (var (name, value) in tags)
            {
                span.SetTag(name, value);
            }

            if (Uri.TryCreate(backend.Settings?.Url, UriKind.Absolute, out var server))
            {
                span.SetTag("server.address", server.Host).SetTag("server.port", server.Port);
            }

            PromptCapture.CaptureInput(span, messages);
        }

        return span;
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, Activity? span, long start)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (Exception e) when (Fail(span, start, e))
        {
            throw;
        }
    }

    private void End(Activity? span, long start, long input, long output, ChatFinishReason? finish, string? model, string? id)
    {
        metrics.Called(tags, Stopwatch.GetElapsedTime(start).TotalSeconds, null);
        metrics.Used(tags, input, output);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("gen_ai.usage.input_tokens", input).SetTag("gen_ai.usage.output_tokens", output);
            span.SetTag("gen_ai.response.model", model).SetTag("gen_ai.response.id", id);
            span.SetTag("gen_ai.response.finish_reasons", finish is { } reason ? new[] { reason.Value } : null);
        }
    }

    // An exception filter that never catches: it only counts.
    private bool Fail(Activity? span, long start, Exception e)
    {
        var error = FailureReasonLabels.OfCall(e, deadline);
        metrics.Called(tags, Stopwatch.GetElapsedTime(start).TotalSeconds, error);
        span.Fail(error);
        return false;
    }
}
