using System.Buffers;
using System.Text.Json;
using LLMBlender.Abstractions.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>
/// Writes a request of Anthropic's messages API: as the caller wrote it, if the caller has that API too. Fields of OpenAI's format that it has under
/// another name are renamed.
/// </summary>
internal static class AnthropicRequestWriter
{
    /// <summary>The field of a source that lists the beta features, which the API has as a header.</summary>
    private const string BetasField = "betas";

    // The API requires a limit; this one is accepted by every current model.
    private const int DefaultMaxTokens = 4096;

    private static readonly string[] Own = ["top_k", "thinking", "metadata", "service_tier", "container", "mcp_servers", "context_management", "output_config"];

    private static readonly string[] Typed =
        ["temperature", "top_p", "stop", "max_tokens", "max_completion_tokens", "tools", "tool_choice", "parallel_tool_calls", "stream_options"];

    /// <summary>Writes the body.</summary>
    public static byte[] Write(string model, WireRequest request)
    {
        var options = request.Options;
        var body = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(body, JsonText.WriterOptions);
        json.WriteStartObject();
        json.WriteText("model", model);
        json.WriteNumber("max_tokens", options.MaxOutputTokens ?? DefaultMaxTokens);
        if (request.IsStreamed)
        {
            json.WriteBoolean("stream", true);
        }

        if ((options as WireChatOptions)?.AnthropicSource is { } source)
        {
            WriteSource(json, source, request);
        }
        else
        {
            AnthropicMessageWriter.WriteAll(json, request.Messages);
            WriteFields(json, request);
            WriteSampling(json, request);
            WriteTools(json, request);
        }

        json.WriteEndObject();
        json.Flush();
        return body.WrittenSpan.ToArray();
    }

    /// <summary>The beta features that the caller asks for, separated by commas; empty for none.</summary>
    public static string BetasOf(WireRequest request) =>
        string.Join(',', ((request.Options as WireChatOptions)?.AnthropicSource).Field(BetasField).Entries().Select(static name => ((JsonElement?)name).Text()).OfType<string>());

    // Byte for byte, but for what the server would refuse.
    private static void WriteSource(Utf8JsonWriter json, JsonElement source, WireRequest request)
    {
        foreach (var field in source.EnumerateObject())
        {
            if (field.Name == BetasField)
            {
                continue;
            }

            if (field.Name == "messages")
            {
                AnthropicMessageWriter.WriteSources(json, field.Value);
            }
            else if (request.Takes(field.Name))
            {
                json.WritePropertyName(field.Name);
                json.WriteRaw(field.Value);
            }
        }

        if (source.Field("temperature") is null && request.Options.Temperature is { } temperature && request.Takes("temperature"))
        {
            json.WriteNumber("temperature", Math.Min(temperature, 1));
        }
    }

    private static void WriteFields(Utf8JsonWriter json, WireRequest request)
    {
        foreach (var (name, value) in request.Fields)
        {
            // OpenAI's metadata is a map of the caller's; Anthropic's has only a user id.
            if (Own.Contains(name) && (name != "metadata" || value.Field("user_id") is not null) && request.Takes(name))
            {
                json.WritePropertyName(name);
                json.WriteRaw(value);
            }
            else if (name == "user" && !request.Fields.ContainsKey("metadata"))
            {
                json.WriteStartObject("metadata");
                json.WritePropertyName("user_id");
                json.WriteRaw(value);
                json.WriteEndObject();
            }
            else if (!Typed.Contains(name) && !Own.Contains(name))
            {
                request.Drop(name);
            }
        }

        if (request.Options.ResponseFormat is ChatResponseFormatJson { Schema: { } schema } && request.Takes("output_format"))
        {
            json.WriteStartObject("output_format");
            json.WriteString("type", "json_schema");
            json.WritePropertyName("schema");
            json.WriteRaw(schema);
            json.WriteEndObject();
        }
    }

    private static void WriteSampling(Utf8JsonWriter json, WireRequest request)
    {
        var options = request.Options;
        if (options.Temperature is { } temperature && request.Takes("temperature"))
        {
            json.WriteNumber("temperature", Math.Min(temperature, 1));
        }

        if (options.TopP is { } topP && request.Takes("top_p"))
        {
            json.WriteNumber("top_p", topP);
        }

        if (options.StopSequences is { Count: > 0 } stops)
        {
            json.WriteStartArray("stop_sequences");
            foreach (var stop in stops)
            {
                json.WriteUnescapedValue(stop);
            }

            json.WriteEndArray();
        }

        foreach (var (name, isSet) in (ReadOnlySpan<(string, bool)>)
            [("seed", options.Seed is not null), ("presence_penalty", options.PresencePenalty is not null), ("frequency_penalty", options.FrequencyPenalty is not null)])
        {
            if (isSet)
            {
                request.Drop(name);
            }
        }
    }

    private static void WriteTools(Utf8JsonWriter json, WireRequest request)
    {
        var options = request.Options;
        if (options.Tools is not { Count: > 0 } tools)
        {
            return;
        }

        json.WriteStartArray("tools");
        foreach (var tool in tools.OfType<AIFunctionDeclaration>())
        {
            json.WriteStartObject();
            json.WriteText("name", tool.Name);
            if (tool.Description.Length > 0)
            {
                json.WriteText("description", tool.Description);
            }

            json.WritePropertyName("input_schema");
            json.WriteRaw(tool.JsonSchema);
            if (tool is WireTool { Source: { } source })
            {
                AnthropicMessageWriter.WriteCacheControl(json, source, source.Field("function"));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("tool_choice");
        json.WriteString("type", options.ToolMode switch
        {
            NoneChatToolMode => "none",
            RequiredChatToolMode { RequiredFunctionName: not null } => "tool",
            RequiredChatToolMode => "any",
            _ => "auto",
        });
        if (options.ToolMode is RequiredChatToolMode { RequiredFunctionName: { } only })
        {
            json.WriteText("name", only);
        }

        if (options.AllowMultipleToolCalls is false && options.ToolMode is not NoneChatToolMode)
        {
            json.WriteBoolean("disable_parallel_tool_use", true);
        }

        json.WriteEndObject();
    }
}
