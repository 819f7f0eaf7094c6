using System.Buffers;
using System.Text.Json;
using LLMBlender.Abstractions.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>Writes a request of Ollama's chat API. Fields of OpenAI's format that Ollama has under another name are renamed.</summary>
internal static class OllamaRequestWriter
{
    // vLLM's name of Ollama's repeat_penalty.
    private const string RepetitionPenalty = "repetition_penalty";

    private static readonly string[] Options =
    [
        "top_k", "min_p", "typical_p", "repeat_last_n", "repeat_penalty", "num_ctx", "num_gpu", "num_keep", "mirostat", "mirostat_eta", "mirostat_tau", "tfs_z",
    ];

    // What the typed options contain in another form.
    private static readonly string[] Typed =
    [
        "temperature", "top_p", "stop", "seed", RepetitionPenalty, "presence_penalty", "frequency_penalty", "max_tokens", "max_completion_tokens", "tools", "tool_choice",
        "response_format", "stream_options",
    ];

    /// <summary>Writes the body.</summary>
    public static byte[] Write(string model, WireRequest request)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(body, JsonText.WriterOptions);
        json.WriteStartObject();
        json.WriteText("model", model);
        WriteMessages(json, request.Messages);
        json.WriteBoolean("stream", request.IsStreamed);
        WriteFields(json, request);
        WriteOptions(json, request);
        if (request.Options.ResponseFormat is ChatResponseFormatJson format)
        {
            WriteFormat(json, format);
        }

        // Ollama knows no choice of tools.
        if (WireTool.Functions(request.Options.Tools) is { Length: > 0 } tools && request.Options.ToolMode is not NoneChatToolMode)
        {
            WriteTools(json, tools);
        }

        json.WriteEndObject();
        json.Flush();
        return body.WrittenSpan.ToArray();
    }

    private static void WriteMessages(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages)
    {
        var names = messages.SelectMany(static message => message.Contents.OfType<FunctionCallContent>())
            .DistinctBy(static call => call.CallId).ToDictionary(static call => call.CallId, static call => call.Name);
        json.WriteStartArray("messages");
        foreach (var message in messages)
        {
            foreach (var result in message.Contents.OfType<FunctionResultContent>())
            {
                json.WriteStartObject();
                json.WriteString("role", "tool");
                json.WriteText("content", ToolResult.Text(result));
                if (names.TryGetValue(result.CallId, out var name))
                {
                    json.WriteText("tool_name", name);
                }

                json.WriteEndObject();
            }

            if (message.Contents.Count == 0 || message.Contents.Any(static content => content is not FunctionResultContent))
            {
                WriteSpoken(json, message);
            }
        }

        json.WriteEndArray();
    }

    private static void WriteSpoken(Utf8JsonWriter json, ChatMessage message)
    {
        json.WriteStartObject();
        json.WriteText("role", message.Role.Value is "developer" ? "system" : message.Role.Value);
        json.WriteText("content", message.Text);
        if (string.Concat(message.Contents.OfType<TextReasoningContent>().Select(static reasoning => reasoning.Text)) is { Length: > 0 } thinking)
        {
            json.WriteText("thinking", thinking);
        }

        var images = message.Contents.OfType<DataContent>().Where(static content => content.HasTopLevelMediaType("image")).ToArray();
        if (images.Length > 0)
        {
            json.WriteStartArray("images");
            foreach (var image in images)
            {
                json.WriteStringValue(image.Base64Data.Span);
            }

            json.WriteEndArray();
        }

        WriteCalls(json, message.Contents.OfType<FunctionCallContent>());
        json.WriteEndObject();
    }

    private static void WriteCalls(Utf8JsonWriter json, IEnumerable<FunctionCallContent> calls)
    {
        if (!calls.Any())
        {
            return;
        }

        json.WriteStartArray("tool_calls");
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteStartObject("function");
            json.WriteText("name", call.Name);
            json.WritePropertyName("arguments");
            json.WriteRawValue(WireToolCall.ArgumentsOf(call) is { Length: > 0 } arguments ? arguments : "{}", skipInputValidation: true);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFields(Utf8JsonWriter json, WireRequest request)
    {
        foreach (var (name, value) in request.Fields)
        {
            if (name is "think" or "keep_alive" or "logprobs" or "top_logprobs" && request.Takes(name))
            {
                json.WritePropertyName(name);
                json.WriteRaw(value);
            }
            else if (name == "reasoning_effort" && value.ValueKind is JsonValueKind.String && request.Takes(name))
            {
                // Ollama's levels are low, medium and high; other models know only yes and no.
                json.WriteBoolean("think", !value.ValueEquals("none"));
            }
            else if (!Options.Contains(name) && !Typed.Contains(name) && name is not ("options" or "reasoning_effort" or "think" or "keep_alive" or "logprobs" or "top_logprobs"))
            {
                request.Drop(name);
            }
        }
    }

    private static void WriteOptions(Utf8JsonWriter json, WireRequest request)
    {
        var options = request.Options;
        json.WriteStartObject("options");
        foreach (var (name, value) in request.Fields)
        {
            if (Options.Contains(name) && request.Takes(name))
            {
                json.WritePropertyName(name);
                json.WriteRaw(value);
            }
            else if (name == RepetitionPenalty && !request.Fields.ContainsKey("repeat_penalty") && request.Takes(name))
            {
                json.WritePropertyName("repeat_penalty");
                json.WriteRaw(value);
            }
        }

        foreach (var field in request.Fields.GetValueOrDefault("options") is { ValueKind: JsonValueKind.Object } own ? own.EnumerateObject() : default)
        {
            json.WritePropertyName(field.Name);
            json.WriteRaw(field.Value);
        }

        Number("temperature", options.Temperature);
        Number("top_p", options.TopP);
        Number("presence_penalty", options.PresencePenalty);
        Number("frequency_penalty", options.FrequencyPenalty);
        if (options.TopK is { } topK && !request.Fields.ContainsKey("top_k"))
        {
            json.WriteNumber("top_k", topK);
        }

        if (options.MaxOutputTokens is { } most)
        {
            json.WriteNumber("num_predict", most);
        }

        if (options.Seed is { } seed)
        {
            json.WriteNumber("seed", seed);
        }

        if (options.StopSequences is { Count: > 0 } stops)
        {
            json.WriteStartArray("stop");
            foreach (var stop in stops)
            {
                json.WriteUnescapedValue(stop);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();

        void Number(string name, float? value)
        {
            if (value is { } number)
            {
                json.WriteNumber(name, number);
            }
        }
    }

    private static void WriteFormat(Utf8JsonWriter json, ChatResponseFormatJson format)
    {
        json.WritePropertyName("format");
        if (format.Schema is { } schema)
        {
            json.WriteRaw(schema);
        }
        else
        {
            json.WriteStringValue("json");
        }
    }

    private static void WriteTools(Utf8JsonWriter json, AIFunctionDeclaration[] tools)
    {
        json.WriteStartArray("tools");
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteText("name", tool.Name);
            json.WriteText("description", tool.Description);
            json.WritePropertyName("parameters");
            json.WriteRaw(tool.JsonSchema);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
