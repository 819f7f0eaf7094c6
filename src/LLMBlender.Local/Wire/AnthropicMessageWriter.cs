using System.Text.Json;
using LLMBlender.Abstractions.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>Writes a conversation for Anthropic's messages API: the system prompt beside it, and turns that alternate.</summary>
internal static class AnthropicMessageWriter
{
    /// <summary>Writes <c>system</c> and <c>messages</c>.</summary>
    public static void WriteAll(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages)
    {
        var system = string.Join("\n\n", messages.Where(IsSystem).Select(static message => message.Text).Where(static text => text.Length > 0));
        if (system.Length > 0)
        {
            json.WriteText("system", system);
        }

        json.WriteStartArray("messages");
        var role = "";
        foreach (var message in messages.Where(static message => !IsSystem(message)))
        {
            var next = message.Role == ChatRole.Assistant ? "assistant" : "user";
            if (next != role)
            {
                End(json, role);
                json.WriteStartObject();
                json.WriteString("role", next);
                json.WriteStartArray("content");
                role = next;
            }

            WriteThinking(json, message);
            foreach (var content in message.Contents)
            {
                WriteContent(json, content);
            }
        }

        End(json, role);
        json.WriteEndArray();
    }

    private static bool IsSystem(ChatMessage message) => message.Role == ChatRole.System || message.Role.Value is "developer";

    private static void End(Utf8JsonWriter json, string role)
    {
        if (role.Length > 0)
        {
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    // Thinking without its signature is refused; it is left out.
    private static void WriteThinking(Utf8JsonWriter json, ChatMessage message)
    {
        var blocks = message.RawRepresentation is JsonElement source ? source.Field(AnthropicAnswerReader.ThinkingBlocks) : null;
        foreach (var block in blocks.Entries())
        {
            json.WriteRaw(block);
        }
    }

    private static void WriteContent(Utf8JsonWriter json, AIContent content)
    {
        switch (content)
        {
            case TextContent { Text: { Length: > 0 } text } when !string.IsNullOrWhiteSpace(text):
                json.WriteStartObject();
                json.WriteString("type", "text");
                json.WriteText("text", text);
                json.WriteEndObject();
                break;
            case DataContent image when image.HasTopLevelMediaType("image"):
                json.WriteStartObject();
                json.WriteString("type", "image");
                json.WriteStartObject("source");
                json.WriteString("type", "base64");
                json.WriteString("media_type", image.MediaType);
                json.WriteString("data", image.Base64Data.Span);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case UriContent link:
                json.WriteStartObject();
                json.WriteString("type", "image");
                json.WriteStartObject("source");
                json.WriteString("type", "url");
                json.WriteText("url", link.Uri.OriginalString);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case FunctionCallContent call:
                json.WriteStartObject();
                json.WriteString("type", "tool_use");
                json.WriteText("id", call.CallId);
                json.WriteText("name", call.Name);
                json.WritePropertyName("input");
                json.WriteRawValue(WireToolCall.ArgumentsOf(call) is { Length: > 0 } arguments ? arguments : "{}", skipInputValidation: true);
                json.WriteEndObject();
                break;
            case FunctionResultContent result:
                json.WriteStartObject();
                json.WriteString("type", "tool_result");
                json.WriteText("tool_use_id", result.CallId);
                json.WriteText("content", ToolResult.Text(result));
                json.WriteEndObject();
                break;
        }
    }
}
