using System.Text.Json;
using LLMBlender.Abstractions.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>Writes a conversation for Anthropic's messages API: the system prompt beside it, and turns that alternate.</summary>
internal static class AnthropicMessageWriter
{
    private const string CacheControl = "cache_control";

    /// <summary>Writes <c>system</c> and <c>messages</c>.</summary>
    public static void WriteAll(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages)
    {
        WriteSystem(json, [.. messages.Where(IsSystem)]);
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

            WriteMessage(json, message);
        }

        End(json, role);
        json.WriteEndArray();
    }

    /// <summary>Writes messages in the format of the API byte for byte, without thinking that another server wrote: it has no signature, and is refused.</summary>
    public static void WriteSources(Utf8JsonWriter json, JsonElement messages)
    {
        json.WriteStartArray("messages");
        foreach (var message in ((JsonElement?)messages).Entries())
        {
            if (message.Field("content").Entries().Any(IsUnsigned))
            {
                WriteSigned(json, message);
            }
            else
            {
                json.WriteRaw(message);
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Writes the <c>cache_control</c> of the first of the elements that has one.</summary>
    public static void WriteCacheControl(Utf8JsonWriter json, params ReadOnlySpan<JsonElement?> sources)
    {
        foreach (var source in sources)
        {
            if (source.Field(CacheControl) is { } control)
            {
                json.WritePropertyName(CacheControl);
                json.WriteRaw(control);
                return;
            }
        }
    }

    private static void WriteSigned(Utf8JsonWriter json, JsonElement message)
    {
        var rest = message.Field("content").Entries().Where(static block => !IsUnsigned(block)).ToArray();
        if (rest.Length == 0)
        {
            return;
        }

        json.WriteStartObject();
        foreach (var field in message.EnumerateObject())
        {
            json.WritePropertyName(field.Name);
            if (field.Name == "content")
            {
                json.WriteStartArray();
                Array.ForEach(rest, json.WriteRaw);
                json.WriteEndArray();
            }
            else
            {
                json.WriteRaw(field.Value);
            }
        }

        json.WriteEndObject();
    }

    private static bool IsUnsigned(JsonElement block) => block.Field("type").Text() == "thinking" && block.Field("signature").Text() is null or "";

    private static bool IsSystem(ChatMessage message) => message.Role == ChatRole.System || message.Role.Value is "developer";

    // One text, unless a part of it is to be cached.
    private static void WriteSystem(Utf8JsonWriter json, ChatMessage[] messages)
    {
        if (!Array.Exists(messages, IsCached))
        {
            var system = string.Join("\n\n", messages.Select(static message => message.Text).Where(static text => text.Length > 0));
            if (system.Length > 0)
            {
                json.WriteText("system", system);
            }

            return;
        }

        json.WriteStartArray("system");
        foreach (var message in messages)
        {
            WriteMessage(json, message);
        }

        json.WriteEndArray();
    }

    private static bool IsCached(ChatMessage message) =>
        SourceOf(message) is { } source && (source.Field(CacheControl) is not null || source.Field("content").Entries().Any(static part => part.Field(CacheControl) is not null));

    private static JsonElement? SourceOf(ChatMessage message) => message.RawRepresentation is JsonElement { ValueKind: JsonValueKind.Object } source ? source : null;

    private static void End(Utf8JsonWriter json, string role)
    {
        if (role.Length > 0)
        {
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private static void WriteMessage(Utf8JsonWriter json, ChatMessage message)
    {
        var source = SourceOf(message);

        // Thinking without its signature is refused; it is left out.
        foreach (var block in source.Field(AnthropicAnswerReader.ThinkingBlocks).Entries().Where(static block => !IsUnsigned(block)))
        {
            json.WriteRaw(block);
        }

        // Parts that the caller wrote say more than what was read from them.
        JsonElement[] parts = message.Role == ChatRole.Tool ? [] : [.. source.Field("content").Entries()];
        foreach (var (i, part) in parts.Index())
        {
            WritePart(json, part, i == parts.Length - 1 ? source : null);
        }

        foreach (var content in message.Contents)
        {
            if (parts.Length == 0 || content is FunctionCallContent)
            {
                WriteContent(json, content, source);
            }
        }
    }

    private static void WritePart(Utf8JsonWriter json, JsonElement part, JsonElement? message)
    {
        var image = part.Field("image_url");
        if (part.Field("text").Text() is { } text)
        {
            WriteText(json, text, part, message);
        }
        else if (part.Field("refusal").Text() is { } refusal)
        {
            WriteText(json, refusal, part, message);
        }
        else if ((image.Field("url") ?? image).Text() is { } url)
        {
            WriteBlob(json, "image", url, part, message);
        }
        else if (part.Field("file").Field("file_data").Text() is { } file)
        {
            WriteBlob(json, "document", file, part, message);
        }
        else if (part.Field("source") is not null)
        {
            json.WriteRaw(part);
        }
    }

    private static void WriteContent(Utf8JsonWriter json, AIContent content, JsonElement? message)
    {
        switch (content)
        {
            case TextContent { Text: { } text }:
                WriteText(json, text, message);
                break;
            case DataContent image when image.HasTopLevelMediaType("image"):
                WriteBlob(json, "image", image.Uri, message);
                break;
            case UriContent link:
                WriteBlob(json, "image", link.Uri.OriginalString, message);
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
                if (message.Field("is_error") is { ValueKind: JsonValueKind.True })
                {
                    json.WriteBoolean("is_error", true);
                }

                WriteCacheControl(json, [message, .. message.Field("content").Entries().Select(static part => (JsonElement?)part)]);
                json.WriteEndObject();
                break;
        }
    }

    // Empty texts are refused.
    private static void WriteText(Utf8JsonWriter json, string text, params ReadOnlySpan<JsonElement?> sources)
    {
        if (!string.IsNullOrWhiteSpace(text))
        {
            json.WriteStartObject();
            json.WriteString("type", "text");
            json.WriteText("text", text);
            WriteCacheControl(json, sources);
            json.WriteEndObject();
        }
    }

    private static void WriteBlob(Utf8JsonWriter json, string type, string url, params ReadOnlySpan<JsonElement?> sources)
    {
        const string Base64 = ";base64,";
        var comma = url.IndexOf(Base64, StringComparison.OrdinalIgnoreCase);
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteStartObject("source");
        if (url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) && comma > 0)
        {
            json.WriteString("type", "base64");
            json.WriteText("media_type", url["data:".Length..comma].Split(';')[0]);
            json.WriteText("data", url[(comma + Base64.Length)..]);
        }
        else
        {
            json.WriteString("type", "url");
            json.WriteText("url", url);
        }

        json.WriteEndObject();
        WriteCacheControl(json, sources);
        json.WriteEndObject();
    }
}
