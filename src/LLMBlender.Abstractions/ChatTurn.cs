namespace LLMBlender.Abstractions;

/// <summary>A message of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
/// <param name="Text">The text; may be empty in a message that calls tools.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.ChatTurn")]
public sealed record ChatTurn([property: Id(0)] string Role, [property: Id(1)] string Text)
{
    /// <summary>The tool calls of an assistant message; null for none.</summary>
    [Id(2)]
    public ToolCall[]? Calls { get; init; }

    /// <summary>The id of the call whose result a tool message contains; null for other messages.</summary>
    [Id(3)]
    public string? CallId { get; init; }

    /// <summary>The original message, a JSON object in the format of OpenAI's chat completions; null if it had another format.</summary>
    [Id(4)]
    public string? Source { get; init; }

    /// <summary>Whether the message contains an image or a file.</summary>
    [Id(5)]
    public bool HasMedia { get; init; }
}
