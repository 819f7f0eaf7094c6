using System.Text.Json;
using LLMBlender.Abstractions.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>Writes a message of OpenAI's chat completions.</summary>
internal static class OpenAIMessageWriter
{
    /// <summary>Writes a message; several results of tools are several messages.</summary>
    public static void Write(Utf8JsonWriter json, ChatMessage message, WireRequest request)
    {
        if (message.RawRepresentation is JsonElement { ValueKind: JsonValueKind.Object } source)
        {
            WriteSource(json, source, request);
            return;
        }

        foreach (var result in message.Contents.OfType<FunctionResultContent>())
        {
            json.WriteStartObject();
            json.WriteString("role", "tool");
            json.WriteText("tool_call_id", result.CallId);
            json.WriteText("content", ToolResult.Text(result));
            json.WriteEndObject();
        }

        if (message.Contents.Any(static content => content is not FunctionResultContent) || message.Contents.Count == 0)
        {
            WriteSpoken(json, message);
        }
    }

    // Byte for byte, unless the server does not know the role or a field. Signed thinking is for Anthropic's API only.
    private static void WriteSource(Utf8JsonWriter json, JsonElement source, WireRequest request)
    {
        var isSystem = source.Field("role").Text() == "developer" && !request.TakesDeveloper();
        var dropped = source.EnumerateObject().Select(static field => field.Name).Where(name => name == AnthropicAnswerReader.ThinkingBlocks || !request.TakesOfMessage(name)).ToArray();
        if (!isSystem && dropped.Length == 0)
        {
            json.WriteRaw(source);
            return;
        }

        json.WriteStartObject();
        foreach (var field in source.EnumerateObject().Where(field => !dropped.Contains(field.Name)))
        {
            json.WritePropertyName(field.Name);
            if (isSystem && field.Name == "role")
            {
                json.WriteStringValue("system");
            }
            else
            {
                json.WriteRaw(field.Value);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteSpoken(Utf8JsonWriter json, ChatMessage message)
    {
        json.WriteStartObject();
        json.WriteText("role", message.Role.Value);
        if (message.AuthorName is { } author)
        {
            json.WriteText("name", author);
        }

        var calls = message.Contents.OfType<FunctionCallContent>().ToArray();
        WriteContent(json, message, calls.Length > 0);
        if (string.Concat(message.Contents.OfType<TextReasoningContent>().Select(static reasoning => reasoning.Text)) is { Length: > 0 } thinking)
        {
            json.WriteText("reasoning_content", thinking);
        }

        if (calls.Length > 0)
        {
            json.WriteStartArray("tool_calls");
            foreach (var call in calls)
            {
                WriteCall(json, call);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter json, ChatMessage message, bool hasCalls)
    {
        if (message.Contents.Any(static content => content is DataContent or UriContent))
        {
            json.WriteStartArray("content");
            foreach (var content in message.Contents)
            {
                WritePart(json, content);
            }

            json.WriteEndArray();
        }
        else if (hasCalls && message.Text.Length == 0)
        {
            json.WriteNull("content");
        }
        else
        {
            json.WriteText("content", message.Text);
        }
    }

    private static void WritePart(Utf8JsonWriter json, AIContent content)
    {
        var url = content switch { DataContent data => data.Uri, UriContent uri => uri.Uri.OriginalString, _ => null };
        if (content is TextContent text)
        {
            json.WriteStartObject();
            json.WriteString("type", "text");
            json.WriteText("text", text.Text);
            json.WriteEndObject();
        }
        else if (url is not null)
        {
            json.WriteStartObject();
            json.WriteString("type", "image_url");
            json.WriteStartObject("image_url");
            json.WriteText("url", url);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    private static void WriteCall(Utf8JsonWriter json, FunctionCallContent call)
    {
        json.WriteStartObject();
        json.WriteText("id", call.CallId);
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteText("name", call.Name);
        json.WriteText("arguments", WireToolCall.ArgumentsOf(call));
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
