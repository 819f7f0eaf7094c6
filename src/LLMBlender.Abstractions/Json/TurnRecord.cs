namespace LLMBlender.Abstractions.Json;

/// <summary>A message of a conversation that is compared.</summary>
public sealed record TurnRecord
{
    /// <summary><c>user</c> or <c>assistant</c>.</summary>
    public required string Role { get; init; }

    /// <summary>The text.</summary>
    public required string Content { get; init; }

    /// <summary>The message form.</summary>
    public ChatTurn ToTurn() => new(Role, Content);
}
