using System.Text.Json;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>An item of a conversation.</summary>
internal sealed record ResponsesItem
{
    /// <summary>The type: message, which is the default; function_call, function_call_output, custom_tool_call, custom_tool_call_output, reasoning, item_reference. Others are ignored with a warning.</summary>
    public string? Type { get; init; }

    /// <summary>The item's id.</summary>
    public string? Id { get; init; }

    /// <summary>The role of a message: system, developer, user, assistant.</summary>
    public string? Role { get; init; }

    /// <summary>The text of a message: a string, or a list of parts. The text of a reasoning: a list of parts.</summary>
    [JsonUnion("a string", typeof(string), typeof(ContentPart[]))]
    public JsonElement? Content { get; init; }

    /// <summary>The id of a call.</summary>
    public string? CallId { get; init; }

    /// <summary>The function that a call names.</summary>
    public string? Name { get; init; }

    /// <summary>The arguments of a call, a JSON object as text.</summary>
    public string? Arguments { get; init; }

    /// <summary>The text of a custom tool's call.</summary>
    public string? Input { get; init; }

    /// <summary>The result of a call: a string, or a list of parts.</summary>
    [JsonUnion("a string", typeof(string), typeof(ContentPart[]))]
    public JsonElement? Output { get; init; }

    /// <summary>The summary of a reasoning: a list of parts.</summary>
    public ContentPart[]? Summary { get; init; }

    /// <summary>The text of a reasoning: its content, otherwise its summary; empty for none.</summary>
    public string Reasoning() => Content is { ValueKind: JsonValueKind.Array } parts && parts.GetArrayLength() > 0
        ? string.Concat(parts.EnumerateArray().Select(static part => part.TryGetProperty("text", out var text) ? text.ToString() : ""))
        : string.Concat((Summary ?? []).Select(static part => part.Text));
}
