namespace LLMBlender.Abstractions;

/// <summary>One message of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Text">What it says.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.ChatTurn")]
public sealed record ChatTurn([property: Id(0)] string Role, [property: Id(1)] string Text);
