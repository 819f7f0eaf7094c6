namespace LLMBlender.Abstractions.Json;

/// <summary>A message of a compared conversation.</summary>
public sealed record TurnRecord
{
    /// <summary><c>user</c> or <c>assistant</c>.</summary>
    public required string Role { get; init; }

    /// <summary>The text.</summary>
    public required string Content { get; init; }

    /// <summary>Converts the record to a message.</summary>
    public ChatTurn ToTurn() => new(Role, Content);
}
