using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Gateway.Blending;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Responses, whole and as events, as OpenAI's API writes them. Belongs to one request.</summary>
/// <param name="request">What was asked.</param>
/// <param name="created">When, in seconds since 1970.</param>
internal sealed class ResponsesJson(ChatRequest request, long created)
{
    private readonly string id = $"resp_{Guid.NewGuid():N}";
    private readonly string item = $"msg_{Guid.NewGuid():N}";
    private int sequence;

    /// <summary>Writes a response.</summary>
    /// <param name="json">Where.</param>
    /// <param name="answer">What came of it; null while it is being made.</param>
    public void Write(Utf8JsonWriter json, BlendResponse? answer)
    {
        json.WriteString("id", id);
        json.WriteString("object", "response");
        json.WriteNumber("created_at", created);
        json.WriteString("status", Status(answer));
        json.WriteNull("error");
        if (answer?.ReachedLimit == true)
        {
            json.WriteStartObject("incomplete_details");
            json.WriteString("reason", "max_output_tokens");
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("incomplete_details");
        }

        json.WriteString("model", request.Model);
        json.WriteStartArray("output");
        if (answer is not null)
        {
            WriteItem(json, null, answer);
        }

        json.WriteEndArray();
        json.WriteBoolean("parallel_tool_calls", false);
        json.WriteNull("previous_response_id");
        json.WriteBoolean("store", false);
        json.WriteString("tool_choice", "auto");
        json.WriteStartArray("tools");
        json.WriteEndArray();
        json.WriteStartObject("metadata");
        json.WriteEndObject();
        if (answer is not null)
        {
            WriteUsage(json, answer.Usage);
            WriteTrace(json, answer);
        }
    }

    /// <summary>Writes an event that holds the whole response.</summary>
    public Task WriteAsync(EventStream events, string type, BlendResponse? answer) => WriteAsync(events, type, json =>
    {
        json.WriteStartObject("response");
        Write(json, answer);
        json.WriteEndObject();
    });

    /// <summary>Writes the events that an answer begins with.</summary>
    public async Task BeginAsync(EventStream events)
    {
        await WriteAsync(events, "response.output_item.added", json =>
        {
            json.WriteNumber("output_index", 0);
            WriteItem(json, "item", null);
        });
        await WriteAsync(events, "response.content_part.added", json => WritePart(json, ""));
    }

    /// <summary>Writes the next piece of an answer.</summary>
    public Task WriteAsync(EventStream events, string piece) => WriteAsync(events, "response.output_text.delta", json =>
    {
        WritePlace(json);
        json.WriteString("delta", piece);
        json.WriteStartArray("logprobs");
        json.WriteEndArray();
    });

    /// <summary>Writes the events that an answer ends with.</summary>
    public async Task EndAsync(EventStream events, BlendResponse answer)
    {
        await WriteAsync(events, "response.output_text.done", json =>
        {
            WritePlace(json);
            json.WriteString("text", answer.Answer);
            json.WriteStartArray("logprobs");
            json.WriteEndArray();
        });
        await WriteAsync(events, "response.content_part.done", json => WritePart(json, answer.Answer));
        await WriteAsync(events, "response.output_item.done", json =>
        {
            json.WriteNumber("output_index", 0);
            WriteItem(json, "item", answer);
        });
        await WriteAsync(events, answer.ReachedLimit ? "response.incomplete" : "response.completed", answer);
    }

    /// <summary>Writes the event that an error is.</summary>
    public Task WriteAsync(EventStream events, ApiError error) => WriteAsync(events, "error", json =>
    {
        json.WriteString("code", error.Code);
        json.WriteString("message", error.Message);
        json.WriteString("param", error.Parameter);
    });

    private static string Status(BlendResponse? answer) =>
        answer is null ? "in_progress" : answer.ReachedLimit ? "incomplete" : "completed";

    private Task WriteAsync(EventStream events, string type, Action<Utf8JsonWriter> fields) => events.WriteAsync(type, json =>
    {
        json.WriteString("type", type);
        json.WriteNumber("sequence_number", sequence++);
        fields(json);
    });

    private void WriteItem(Utf8JsonWriter json, string? name, BlendResponse? answer)
    {
        if (name is not null)
        {
            json.WritePropertyName(name);
        }

        json.WriteStartObject();
        json.WriteString("type", "message");
        json.WriteString("id", item);
        json.WriteString("status", Status(answer));
        json.WriteString("role", "assistant");
        json.WriteStartArray("content");
        if (answer is not null)
        {
            WriteText(json, answer.Answer);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WritePart(Utf8JsonWriter json, string text)
    {
        WritePlace(json);
        json.WritePropertyName("part");
        WriteText(json, text);
    }

    private void WritePlace(Utf8JsonWriter json)
    {
        json.WriteString("item_id", item);
        json.WriteNumber("output_index", 0);
        json.WriteNumber("content_index", 0);
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", "output_text");
        json.WriteString("text", text);
        json.WriteStartArray("annotations");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter json, BlendUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.PromptTokens);
        json.WriteStartObject("input_tokens_details");
        json.WriteNumber("cached_tokens", 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens", usage.CompletionTokens);
        json.WriteStartObject("output_tokens_details");
        json.WriteNumber("reasoning_tokens", 0);
        json.WriteEndObject();
        json.WriteNumber("total_tokens", usage.PromptTokens + usage.CompletionTokens);
        json.WriteEndObject();
    }

    private void WriteTrace(Utf8JsonWriter json, BlendResponse answer)
    {
        if (request.WithTrace)
        {
            json.WriteStartObject("llmblender");
            RecordJson.Write(json, null, answer);
            json.WriteEndObject();
        }
    }
}
