using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using LLMBlender.Abstractions.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>
/// Writes a request of OpenAI's chat completions. What the caller wrote in that format (<see cref="ChatMessage.RawRepresentation"/>,
/// <see cref="WireChatOptions.Fields"/>, <see cref="WireTool.Source"/>) is sent byte for byte.
/// </summary>
internal static class OpenAIRequestWriter
{
    // What clients of Anthropic send by themselves and no other API has.
    private static readonly string[] AnthropicFields = ["context_management", "output_config", "mcp_servers", "container"];

    /// <summary>Writes the body.</summary>
    public static byte[] Write(string model, WireRequest request)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(body, JsonText.WriterOptions);
        json.WriteStartObject();
        json.WriteText("model", model);
        json.WriteStartArray("messages");
        foreach (var message in request.Messages)
        {
            OpenAIMessageWriter.Write(json, message, request);
        }

        json.WriteEndArray();
        foreach (var (name, value) in request.Fields)
        {
            if (AnthropicFields.Contains(name))
            {
                request.Drop(name);
            }
            else if (request.Takes(name))
            {
                json.WritePropertyName(name);
                json.WriteRaw(value);
            }
        }

        WriteSampling(json, request);
        WriteFormat(json, request);
        WriteTools(json, request);
        if (request.IsStreamed)
        {
            json.WriteBoolean("stream", true);
            if (!request.Fields.ContainsKey("stream_options") && request.Takes("stream_options"))
            {
                json.WriteStartObject("stream_options");
                json.WriteBoolean("include_usage", true);
                json.WriteEndObject();
            }
        }

        json.WriteEndObject();
        json.Flush();
        return body.WrittenSpan.ToArray();
    }

    /// <summary>Writes a value byte for byte.</summary>
    public static void WriteRaw(this Utf8JsonWriter json, JsonElement value) => json.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);

    private static void WriteSampling(Utf8JsonWriter json, WireRequest request)
    {
        var options = request.Options;
        WriteNumber("temperature", options.Temperature);
        WriteNumber("top_p", options.TopP);
        WriteNumber("presence_penalty", options.PresencePenalty);
        WriteNumber("frequency_penalty", options.FrequencyPenalty);
        if (options.TopK is { } topK && IsWritten("top_k"))
        {
            json.WriteNumber("top_k", topK);
        }

        if (options.MaxOutputTokens is { } most && request.Takes(request.TokenLimitField))
        {
            json.WriteNumber(request.TokenLimitField, most);
        }

        if (options.Seed is { } seed && IsWritten("seed"))
        {
            json.WriteNumber("seed", seed);
        }

        if (options.StopSequences is { Count: > 0 } stops && IsWritten("stop"))
        {
            json.WriteStartArray("stop");
            foreach (var stop in stops)
            {
                json.WriteUnescapedValue(stop);
            }

            json.WriteEndArray();
        }

        bool IsWritten(string field) => !request.Fields.ContainsKey(field) && request.Takes(field);

        void WriteNumber(string field, float? value)
        {
            if (value is { } number && IsWritten(field))
            {
                json.WriteNumber(field, number);
            }
        }
    }

    private static void WriteFormat(Utf8JsonWriter json, WireRequest request)
    {
        if (request.Fields.ContainsKey("response_format") || request.Options.ResponseFormat is not ChatResponseFormatJson format)
        {
            return;
        }

        json.WriteStartObject("response_format");
        json.WriteString("type", format.Schema is null ? "json_object" : "json_schema");
        if (format.Schema is { } schema)
        {
            json.WriteStartObject("json_schema");
            json.WriteText("name", format.SchemaName ?? "answer");
            if (format.SchemaDescription is { } description)
            {
                json.WriteText("description", description);
            }

            json.WritePropertyName("schema");
            json.WriteRaw(schema);
            if (request.Options.AdditionalProperties?.GetValueOrDefault(WireTool.StrictProperty) is bool strict)
            {
                json.WriteBoolean("strict", strict);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteTools(Utf8JsonWriter json, WireRequest request)
    {
        if (WireTool.Functions(request.Options.Tools) is not { Length: > 0 } tools)
        {
            return;
        }

        if (!request.Fields.ContainsKey("tools"))
        {
            json.WriteStartArray("tools");
            foreach (var tool in tools)
            {
                WriteTool(json, tool);
            }

            json.WriteEndArray();
        }

        WriteChoice(json, request);
        if (request.Options.AllowMultipleToolCalls is { } several && !request.Fields.ContainsKey("parallel_tool_calls") && request.Takes("parallel_tool_calls"))
        {
            json.WriteBoolean("parallel_tool_calls", several);
        }
    }

    private static void WriteTool(Utf8JsonWriter json, AIFunctionDeclaration tool)
    {
        if (tool is WireTool { Source: { } source })
        {
            json.WriteRaw(source);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteText("name", tool.Name);
        if (tool.Description.Length > 0)
        {
            json.WriteText("description", tool.Description);
        }

        json.WritePropertyName("parameters");
        json.WriteRaw(tool.JsonSchema);
        if (tool.AdditionalProperties.GetValueOrDefault(WireTool.StrictProperty) is bool strict)
        {
            json.WriteBoolean("strict", strict);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter json, WireRequest request)
    {
        if (request.Fields.ContainsKey("tool_choice"))
        {
            return;
        }

        switch (request.Options.ToolMode)
        {
            case NoneChatToolMode:
                json.WriteString("tool_choice", "none");
                break;
            case RequiredChatToolMode { RequiredFunctionName: { } only } when !Array.Exists(WireTool.Functions(request.Options.Tools), tool => tool.Name == only):
                break;
            case RequiredChatToolMode { RequiredFunctionName: { } only }:
                json.WriteStartObject("tool_choice");
                json.WriteString("type", "function");
                json.WriteStartObject("function");
                json.WriteText("name", only);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case RequiredChatToolMode:
                json.WriteString("tool_choice", "required");
                break;

            // The default; vLLM refuses it by name where it is not configured.
            case AutoChatToolMode:
                break;
        }
    }
}
