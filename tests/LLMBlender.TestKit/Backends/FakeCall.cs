using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.TestKit.Backends;

/// <summary>A call of a <see cref="FakeModelServer"/>, and ways to answer it, right and wrong.</summary>
public sealed class FakeCall
{
    private readonly TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal FakeCall(HttpContext context, JsonElement body)
    {
        (Context, Body) = (context, body);
        Authorization = context.Request.Headers.Authorization.ToString();
        Beta = context.Request.Headers["anthropic-beta"].ToString();
        Path = $"{context.Request.Path}{context.Request.QueryString}";
        context.RequestAborted.Register(() => left.TrySetResult());
    }

    /// <summary>The request and its response; while it lasts.</summary>
    public HttpContext Context { get; }

    /// <summary>What was asked.</summary>
    public JsonElement Body { get; }

    /// <summary>The path and query of the request.</summary>
    public string Path { get; }

    /// <summary>The key that it was asked with.</summary>
    public string Authorization { get; }

    /// <summary>The beta features of Anthropic's API that it was asked with.</summary>
    public string Beta { get; }

    /// <summary>Ends when whoever asked is gone.</summary>
    public Task Left => left.Task;

    /// <summary>The model asked for.</summary>
    public string Model => Body.GetProperty("model").GetString()!;

    /// <summary>What the messages say, in order.</summary>
    public IReadOnlyList<(string Role, string Text)> Messages =>
        [.. Body.GetProperty("messages").EnumerateArray().Select(message => (message.GetProperty("role").GetString()!, message.TryGetProperty("content", out var content) ? TextOf(content) : ""))];

    private CancellationToken Gone => Context.RequestAborted;

    /// <summary>Answers rightly: streamed word by word where that was asked for.</summary>
    public async Task AnswerAsync(string text, int promptTokens = 10, int completionTokens = 5, string finishReason = "stop")
    {
        var usage = new { prompt_tokens = promptTokens, completion_tokens = completionTokens, total_tokens = promptTokens + completionTokens };
        if (!(Body.TryGetProperty("stream", out var stream) && stream.GetBoolean()))
        {
            await JsonAsync(JsonSerializer.Serialize(new
            {
                id = "fake",
                @object = "chat.completion",
                created = 1,
                model = Model,
                choices = new[] { new { index = 0, message = new { role = "assistant", content = text }, finish_reason = finishReason } },
                usage,
            }));
            return;
        }

        foreach (var word in text.Split(' ').Select((word, i) => i == 0 ? word : " " + word))
        {
            await PieceAsync(word);
        }

        await EventAsync(new { index = 0, delta = new { }, finish_reason = finishReason }, null);
        await EventAsync(null, usage);
        await RawAsync("data: [DONE]\n\n");
    }

    /// <summary>Streams a piece of an answer, which <see cref="AnswerAsync"/> may end.</summary>
    public Task PieceAsync(string text)
    {
        if (!Context.Response.HasStarted)
        {
            Context.Response.ContentType = "text/event-stream";
        }

        return EventAsync(new { index = 0, delta = new { content = text }, finish_reason = (string?)null }, null);
    }

    /// <summary>Answers with calls of tools, not streamed.</summary>
    public Task CallAsync(string? text, params (string Id, string Name, string Arguments)[] calls) => JsonAsync(JsonSerializer.Serialize(new
    {
        id = "fake",
        @object = "chat.completion",
        created = 1,
        model = Model,
        choices = new[]
        {
            new
            {
                index = 0,
                message = new { role = "assistant", content = text, tool_calls = calls.Select(static call => new { id = call.Id, type = "function", function = new { name = call.Name, arguments = call.Arguments } }) },
                finish_reason = "tool_calls",
            },
        },
        usage = new { prompt_tokens = 10, completion_tokens = 5, total_tokens = 15 },
    }));

    /// <summary>Answers rightly, as Ollama does: streamed word by word where that was asked for.</summary>
    public async Task AnswerAsOllamaAsync(string text, int promptTokens = 10, int completionTokens = 5)
    {
        var stream = !Body.TryGetProperty("stream", out var asked) || asked.GetBoolean();
        string Line(string content, bool done) => JsonSerializer.Serialize(new
        {
            model = Model,
            created_at = "2026-01-01T00:00:00Z",
            message = new { role = "assistant", content },
            done,
            done_reason = done ? "stop" : null,
            prompt_eval_count = done ? promptTokens : (int?)null,
            eval_count = done ? completionTokens : (int?)null,
        }) + "\n";

        Context.Response.ContentType = stream ? "application/x-ndjson" : "application/json";
        foreach (var word in stream ? text.Split(' ').Select((word, i) => i == 0 ? word : " " + word) : [])
        {
            await RawAsync(Line(word, false));
        }

        await RawAsync(Line(stream ? "" : text, true));
    }

    /// <summary>Answers with a body as it is.</summary>
    public Task JsonAsync(string json, int status = 200)
    {
        Context.Response.StatusCode = status;
        Context.Response.ContentType = "application/json";
        return RawAsync(json);
    }

    /// <summary>Answers with an error in OpenAI's shape.</summary>
    public Task FailAsync(int status, string message, string? retryAfter = null)
    {
        if (retryAfter is not null)
        {
            Context.Response.Headers.RetryAfter = retryAfter;
        }

        return JsonAsync(JsonSerializer.Serialize(new { error = new { message, type = "fake" } }), status);
    }

    /// <summary>Answers nothing until whoever asked is gone.</summary>
    public Task HangAsync() => Task.Delay(Timeout.Infinite, Gone);

    /// <summary>Writes to the body and sends it off.</summary>
    public async Task RawAsync(string text)
    {
        await Context.Response.WriteAsync(text, Encoding.UTF8, Gone);
        await Context.Response.Body.FlushAsync(Gone);
    }

    private Task EventAsync(object? choice, object? usage) => RawAsync($"data: {JsonSerializer.Serialize(new
    {
        id = "fake",
        @object = "chat.completion.chunk",
        created = 1,
        model = Model,
        choices = choice is null ? Array.Empty<object>() : [choice],
        usage,
    })}\n\n");

    private static string TextOf(JsonElement content) => content.ValueKind is JsonValueKind.String or JsonValueKind.Null
        ? content.GetString() ?? ""
        : string.Concat(content.EnumerateArray().Select(part => part.GetProperty("text").GetString()));
}
