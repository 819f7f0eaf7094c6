using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>A message of a conversation.</summary>
internal sealed record ChatMessageBody
{
    /// <summary>The role: system, developer, user, assistant, tool.</summary>
    public required string Role { get; init; }

    /// <summary>The text: a string, or a list of parts of type text; null for an assistant's message with only tool calls.</summary>
    [JsonUnion("a string", typeof(string), typeof(ContentPart[]))]
    public JsonElement? Content { get; init; }

    /// <summary>The calls of an assistant's message.</summary>
    public ToolCallBody[]? ToolCalls { get; init; }

    /// <summary>The id of the call that a tool's message is the result of.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>All other fields, unchanged.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    /// <summary>Converts the message.</summary>
    /// <param name="path">The message's name in errors.</param>
    /// <exception cref="ApiException">A part or role is not supported.</exception>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public ChatTurn ToTurn(string path)
    {
        var role = ReadRole($"{path}.role");
        return new ChatTurn(role, ContentPart.ReadText(Content, $"{path}.content", ["text"]) ?? "")
        {
            Calls = ToolCalls is { Length: > 0 } calls ? [.. calls.Select((call, i) => call.ToCall($"{path}.tool_calls[{i}]"))] : null,
            CallId = role == Conversation.Tool ? ToolCallId ?? throw JsonFault.Missing($"{path}.tool_call_id", "a string") : null,
        };
    }

    private string ReadRole(string path) => Role switch
    {
        "function" => throw Functions(path),
        _ when Other?.TryGetValue("function_call", out var call) == true && call.ValueKind is not JsonValueKind.Null => throw Functions(path),
        "tool" => Conversation.Tool,
        _ => Roles.Read(Role, path, "system, developer, user, assistant, tool"),
    };

    private static ApiException Functions(string path) =>
        new(ApiError.Unsupported(path, "function calls are not supported: use \"tool_calls\" and the role \"tool\""));
}

/// <summary>A part of a message.</summary>
internal sealed record ContentPart
{
    /// <summary>The type: text in chat; input_text or output_text in responses.</summary>
    public required string Type { get; init; }

    /// <summary>The text.</summary>
    public string? Text { get; init; }

    /// <summary>The text of a content: a string unchanged, or parts joined by line feeds; null if there is none.</summary>
    /// <param name="content">The content.</param>
    /// <param name="path">Its name in errors.</param>
    /// <param name="types">The supported types of parts.</param>
    /// <exception cref="ApiException">A part is of another type.</exception>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public static string? ReadText(JsonElement? content, string path, string[] types) => content switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Array } parts => string.Join('\n', parts.EnumerateArray().Select((entry, i) => ReadPart(entry, $"{path}[{i}]", types))),
        { } other => throw JsonFault.Refused(path, other, "a string"),
    };

    private static string ReadPart(JsonElement entry, string path, string[] types)
    {
        var part = JsonRecord.Read(entry, GatewayJsonContext.Default.ContentPart, path);
        return types.Contains(part.Type)
            ? part.Text ?? throw JsonFault.Missing($"{path}.text", "a string")
            : throw new ApiException(ApiError.Unsupported(
                $"{path}.type", $"a blend supports parts of type {string.Join(" and ", types.Select(static type => $"\"{type}\""))}, and this one is \"{part.Type}\""));
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
