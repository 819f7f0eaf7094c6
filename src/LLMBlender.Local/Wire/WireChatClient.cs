using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using LLMBlender.Abstractions;
using Microsoft.Extensions.AI;
using Polly;

namespace LLMBlender.Local.Wire;

/// <summary>
/// A model server as a chat client: sends what the caller wrote unchanged, and reads what the server writes tolerantly, with limits on
/// its length and on the time without a byte. An answer is complete, or the call fails with a <see cref="BackendException"/>.
/// </summary>
/// <param name="protocol">The format of the server.</param>
/// <param name="http">Sends requests; disposed with the client.</param>
/// <param name="settings">The server's settings.</param>
/// <param name="retries">Repeats failed attempts: of a stream, until its first part.</param>
/// <param name="timeProvider">Measures time limits.</param>
internal sealed class WireChatClient(IWireProtocol protocol, HttpClient http, WireSettings settings, ResiliencePipeline retries, TimeProvider timeProvider) : IChatClient
{
    /// <summary>The additional property of a response that lists the request's fields that were left out, a string array.</summary>
    public const string DroppedProperty = "llmblender.dropped";

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly FieldSupport support = new(settings);
    private readonly WireFailure failures = new(settings.Key, timeProvider);

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatMessage[] conversation = [.. messages];
        return await GuardAsync(
            async token =>
            {
                var updates = new List<ChatResponseUpdate>();
                await foreach (var update in AttemptAsync(conversation, options, isStreamed: false, token))
                {
                    updates.Add(update);
                }

                return updates.ToChatResponse();
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ChatMessage[] conversation = [.. messages];
        await using var updates = await GuardAsync(
            async token =>
            {
                // The token of the first part is also the token of the others.
                var attempt = AttemptAsync(conversation, options, isStreamed: true, token).GetAsyncEnumerator(token);
                try
                {
                    await attempt.MoveNextAsync();
                    return attempt;
                }
                catch
                {
                    await attempt.DisposeAsync();
                    throw;
                }
            },
            cancellationToken);
        do
        {
            yield return updates.Current;
        }
        while (await updates.MoveNextAsync());
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType?.IsInstanceOfType(this) == true ? this : null;

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<T> GuardAsync<T>(Func<CancellationToken, ValueTask<T>> attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await retries.ExecuteAsync(attempt, cancellationToken);
        }
        catch (Exception e) when (e is not BackendException && failures.Create(e) is { } failure)
        {
            throw failure;
        }
    }

    // At least one update, the last of which contains the finish reason.
    private async IAsyncEnumerable<ChatResponseUpdate> AttemptAsync(
        ChatMessage[] messages, ChatOptions? options, bool isStreamed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var idle = new IdleTimer(settings, timeProvider, cancellationToken);
        var (response, request) = await SendAsync(messages, options, isStreamed, idle);
        using (response)
        {
            var answer = new AnswerAssembler(settings.MaxAnswerLength);
            var parser = new FrameParser(settings.MaxFrameBytes);
            var reader = protocol.CreateReader(answer);
            await using var body = await OpenAsync(response, idle);
            var buffer = new byte[8 * 1024];
            var memory = isStreamed ? null : (options as WireChatOptions)?.Memory;
            memory?.Restart();
            int read;
            do
            {
                read = await ReadAsync(body, buffer, idle);
                if (memory is not null)
                {
                    // While it waits, the server is not read on.
                    await memory.AddAsync(read, cancellationToken);
                    idle.Restart();
                }

                Parse(parser, buffer.AsSpan(0, read));
                while (ReadFrame(parser, reader, answer))
                {
                    if (answer.Take() is { } update)
                    {
                        yield return update;
                    }
                }
            }
            while (read > 0);

            Check(answer, parser, response);
            var last = answer.Complete();
            (last.ModelId, last.ResponseId) = (failures.Clean(answer.Model), failures.Clean(answer.Id));
            if (request.Dropped.Count > 0)
            {
                (last.AdditionalProperties ??= [])[DroppedProperty] = request.Dropped.ToArray();
            }

            yield return last;
        }
    }

    private async Task<(HttpResponseMessage Response, WireRequest Request)> SendAsync(ChatMessage[] messages, ChatOptions? options, bool isStreamed, IdleTimer idle)
    {
        while (true)
        {
            var wire = new WireRequest(messages, options, isStreamed, support);
            using var request = new HttpRequestMessage(HttpMethod.Post, protocol.Endpoint) { Content = new ByteArrayContent(protocol.Write(wire)) };
            request.Content.Headers.ContentType = Json;
            protocol.AddHeaders(request.Headers, wire);
            var response = await CallAsync(() => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, idle.Token), idle);
            if (response.IsSuccessStatusCode)
            {
                return (response, wire);
            }

            using (response)
            {
                var error = await CallAsync(() => failures.CreateAsync(response, idle.Token), idle);
                if (options is WireChatOptions { IsStrict: true } || !support.Learn(error, wire.Sent))
                {
                    throw error;
                }
            }
        }
    }

    private Task<Stream> OpenAsync(HttpResponseMessage response, IdleTimer idle) => CallAsync(() => response.Content.ReadAsStreamAsync(idle.Token), idle);

    private async ValueTask<int> ReadAsync(Stream body, byte[] buffer, IdleTimer idle)
    {
        try
        {
            var read = await body.ReadAsync(buffer, idle.Token);
            idle.Restart();
            return read;
        }
        catch (Exception e) when (Failure(e, idle) is { } failure)
        {
            throw failure;
        }
    }

    private async Task<T> CallAsync<T>(Func<Task<T>> call, IdleTimer idle)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (Failure(e, idle) is { } failure)
        {
            throw failure;
        }
    }

    private BackendException? Failure(Exception e, IdleTimer idle) => idle.Failure(e) ?? (idle.IsCancelled ? null : failures.Create(e));

    // Without bytes, the end of the body.
    private void Parse(FrameParser parser, ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (bytes.IsEmpty)
            {
                parser.Complete();
            }
            else
            {
                parser.Add(bytes);
            }
        }
        catch (BackendException e)
        {
            throw failures.Create(e)!;
        }
    }

    private bool ReadFrame(FrameParser parser, IAnswerReader reader, AnswerAssembler answer)
    {
        if (!parser.TryTake(out var frame))
        {
            return false;
        }

        try
        {
            Read(frame, reader, answer);
            return true;
        }
        catch (BackendException e)
        {
            throw failures.Create(e)!;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw Faulted($"its answer is not JSON: {e.Message}");
        }
    }

    private static void Read(WireFrame frame, IAnswerReader reader, AnswerAssembler answer)
    {
        if (frame.IsDone)
        {
            answer.End();
            return;
        }

        JsonElement root;
        try
        {
            root = LenientJson.Parse(frame.Data);
        }
        catch (JsonException) when (frame.Event == "error")
        {
            throw UpstreamError.CreateFromText(Encoding.UTF8.GetString(frame.Data.Span));
        }

        if (UpstreamError.Find(root, frame.Event) is { } error)
        {
            throw error;
        }

        answer.Identify(root);
        reader.Read(root);
    }

    // An answer that is not complete is an error, even if there is some text.
    private void Check(AnswerAssembler answer, FrameParser parser, HttpResponseMessage response)
    {
        if (parser.IsWithinFrame)
        {
            throw Faulted("its answer is truncated: it ends within a line of JSON");
        }

        if (!answer.HasBegun)
        {
            var type = response.Content.Headers.ContentType?.MediaType;
            throw parser.Stray is { } stray
                ? Faulted($"it answered with {(type is null ? "no content type" : $"the content type \"{type}\"")}, and must answer JSON or events", $"it begins with \"{stray}\"")
                : Faulted(parser.IsValidText ? "its answer contains no choice" : "its answer is not valid UTF-8, and contains no choice");
        }

        if (!answer.IsEnded)
        {
            throw Faulted("its answer is truncated: the stream ended without a finish reason");
        }
    }

    private BackendException Faulted(string message, string? written = null) =>
        failures.Create(new BackendException(BlendFailureReason.Faulted, message) { ServerMessage = written })!;
}
