using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Gateway.Blending;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Chat completions, whole and in chunks, as OpenAI's API writes them.</summary>
/// <param name="request">What was asked.</param>
/// <param name="id">The completion's id.</param>
/// <param name="created">When, in seconds since 1970.</param>
internal sealed class ChatJson(ChatRequest request, string id, long created)
{
    /// <summary>Writes a whole completion.</summary>
    public void Write(Utf8JsonWriter json, IReadOnlyList<BlendResponse> answers)
    {
        WriteHead(json, "chat.completion");
        json.WriteStartArray("choices");
        for (var i = 0; i < answers.Count; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("index", i);
            json.WriteStartObject("message");
            json.WriteString("role", "assistant");
            if (answers[i].ToolUse is { } use)
            {
                json.WriteString("content", use.Text.Length > 0 ? use.Text : null);
                WriteCalls(json, use, withIndex: false);
            }
            else
            {
                json.WriteString("content", StopCut.Cut(answers[i].Answer, request.Sampling.Stop));
            }

            json.WriteNull("refusal");
            json.WriteEndObject();
            json.WriteNull("logprobs");
            json.WriteString("finish_reason", FinishReason(answers[i]));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteUsage(json, answers);
        WriteTraces(json, answers);
    }

    /// <summary>Writes a chunk with a piece of an answer, or its beginning, its calls or its end.</summary>
    public void WriteChunk(Utf8JsonWriter json, int index, string? text, bool isFirst, string? finishReason, ToolUse? use = null)
    {
        WriteHead(json, "chat.completion.chunk");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", index);
        json.WriteStartObject("delta");
        if (isFirst)
        {
            json.WriteString("role", "assistant");
        }

        if (text is not null)
        {
            json.WriteString("content", text);
        }

        if (use is not null)
        {
            WriteCalls(json, use, withIndex: true);
        }

        json.WriteEndObject();
        json.WriteNull("logprobs");
        json.WriteString("finish_reason", finishReason);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>Writes the chunk that tells a step: one without choices, which every client passes over.</summary>
    public void WriteStep(Utf8JsonWriter json, int index, BlendEvent step)
    {
        WriteHead(json, "chat.completion.chunk");
        json.WriteStartArray("choices");
        json.WriteEndArray();
        json.WriteStartObject("llmblender");
        json.WriteString("event", TraceJson.NameOf(step));
        json.WriteNumber("index", index);
        TraceJson.Write(json, step);
        json.WriteEndObject();
    }

    /// <summary>Writes the last chunk, with what was asked to be told at the end.</summary>
    public void WriteEnd(Utf8JsonWriter json, IReadOnlyList<BlendResponse> answers)
    {
        WriteHead(json, "chat.completion.chunk");
        json.WriteStartArray("choices");
        json.WriteEndArray();
        if (request.WithUsage)
        {
            WriteUsage(json, answers);
        }

        WriteTraces(json, answers);
    }

    /// <summary>Why an answer ended.</summary>
    public static string FinishReason(BlendResponse answer) => answer.ToolUse is not null ? "tool_calls" : answer.ReachedLimit ? "length" : "stop";

    private static void WriteCalls(Utf8JsonWriter json, ToolUse use, bool withIndex)
    {
        json.WriteStartArray("tool_calls");
        for (var i = 0; i < use.Calls.Length; i++)
        {
            json.WriteStartObject();
            if (withIndex)
            {
                json.WriteNumber("index", i);
            }

            json.WriteString("id", use.Calls[i].Id);
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", use.Calls[i].Name);
            json.WriteString("arguments", use.Calls[i].Arguments);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteHead(Utf8JsonWriter json, string kind)
    {
        json.WriteString("id", id);
        json.WriteString("object", kind);
        json.WriteNumber("created", created);
        json.WriteString("model", request.Model);
    }

    private static void WriteUsage(Utf8JsonWriter json, IReadOnlyList<BlendResponse> answers)
    {
        var (read, written) = (answers.Sum(answer => answer.Usage.PromptTokens), answers.Sum(answer => answer.Usage.CompletionTokens));
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", read);
        json.WriteNumber("completion_tokens", written);
        json.WriteNumber("total_tokens", read + written);
        json.WriteEndObject();
    }

    private void WriteTraces(Utf8JsonWriter json, IReadOnlyList<BlendResponse> answers)
    {
        if (!request.WithTrace)
        {
            return;
        }

        json.WriteStartObject("llmblender");
        RecordJson.WriteList(json, "blends", [.. answers], answer =>
        {
            json.WriteStartObject();
            RecordJson.Write(json, null, answer);
            json.WriteEndObject();
        });
        json.WriteEndObject();
    }
}
