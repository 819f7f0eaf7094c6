using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>A message of a conversation.</summary>
internal sealed record ChatMessageBody
{
    /// <summary>The role: system, developer, user, assistant, tool; function in the older form of tools.</summary>
    public required string Role { get; init; }

    /// <summary>The text: a string, or a list of parts; null for an assistant's message with only tool calls.</summary>
    [JsonUnion("a string", typeof(string), typeof(ContentPart[]))]
    public JsonElement? Content { get; init; }

    /// <summary>The calls of an assistant's message.</summary>
    public ToolCallBody[]? ToolCalls { get; init; }

    /// <summary>The call of an assistant's message in the older form.</summary>
    public FunctionCall? FunctionCall { get; init; }

    /// <summary>The id of the call that a tool's message is the result of.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>All other fields, unchanged.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    /// <summary>Converts the message.</summary>
    /// <param name="path">The message's name in errors.</param>
    /// <param name="source">The message as the client wrote it; null if that is not known.</param>
    /// <exception cref="ApiException">The role is not supported.</exception>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public ChatTurn ToTurn(string path, string? source)
    {
        var role = ReadRole($"{path}.role");
        return new ChatTurn(role, ContentPart.ReadText(Content, $"{path}.content") ?? "")
        {
            Calls = ToolCalls is { Length: > 0 } calls ? [.. calls.Select((call, i) => call.ToCall($"{path}.tool_calls[{i}]"))] : null,
            CallId = role == Conversation.Tool ? ToolCallId ?? "" : null,
            Source = source,
            HasMedia = ContentPart.HasMedia(Content),
        };
    }

    private string ReadRole(string path) => Role == "tool" ? Conversation.Tool : Roles.Read(Role, path, "system, developer, user, assistant, tool");
}

/// <summary>A part of a message.</summary>
internal sealed record ContentPart
{
    // What a ranker and a model without sight can't read.
    private static readonly string[] Media =
        ["image_url", "input_image", "image", "file", "input_file", "document", "input_audio", "audio", "video_url", "input_video", "video"];

    /// <summary>The type: text and refusal, which are read; image_url, file, input_audio and others, which are passed on to members that can read them.</summary>
    public required string Type { get; init; }

    /// <summary>The text.</summary>
    public string? Text { get; init; }

    /// <summary>The text of a refusal.</summary>
    public string? Refusal { get; init; }

    /// <summary>The text of a content: a string unchanged, or parts joined by line feeds; null if there is none.</summary>
    /// <param name="content">The content.</param>
    /// <param name="path">Its name in errors.</param>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public static string? ReadText(JsonElement? content, string path) => content switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Array } parts => string.Join(
            '\n', parts.EnumerateArray().Select((entry, i) => ReadPart(entry, $"{path}[{i}]")).OfType<string>()),
        { } other => throw JsonFault.Refused(path, other, "a string"),
    };

    /// <summary>Whether a content has parts that are no text: images, files, audio.</summary>
    public static bool HasMedia(JsonElement? content) => content is { ValueKind: JsonValueKind.Array } parts
        && parts.EnumerateArray().Any(static part => part.TryGetProperty("type", out var type) && type.ValueKind is JsonValueKind.String && Media.Contains(type.GetString()));

    private static string? ReadPart(JsonElement entry, string path)
    {
        var part = JsonRecord.Read(entry, GatewayJsonContext.Default.ContentPart, path);
        return part.Type is "text" or "input_text" or "output_text" ? part.Text ?? throw JsonFault.Missing($"{path}.text", "a string") : part.Text ?? part.Refusal;
    }
}

/// <summary>The roles that chat and responses share.</summary>
internal static class Roles
{
    /// <summary>Reads a role.</summary>
    /// <exception cref="JsonFieldException">The role is not supported.</exception>
    public static string Read(string role, string path, string known) => role switch
    {
        "system" or "developer" => Conversation.System,
        "user" => Conversation.User,
        "assistant" => Conversation.Assistant,
        _ => throw new JsonFieldException(path, $"\"{path}\" is \"{role}\", and must be one of {known}"),
    };
}
