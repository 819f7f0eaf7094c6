namespace LLMBlender.Abstractions;

/// <summary>One message of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
/// <param name="Text">What it says.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.ChatTurn")]
public sealed record ChatTurn([property: Id(0)] string Role, [property: Id(1)] string Text)
{
    /// <summary>The calls of an assistant's message; null for none.</summary>
    [Id(2)]
    public ToolCall[]? Calls { get; init; }

    /// <summary>The call that a tool's message is the result of; null for other messages.</summary>
    [Id(3)]
    public string? CallId { get; init; }
}
