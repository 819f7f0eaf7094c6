namespace LLMBlender.Abstractions.Json;

/// <summary>A message of a conversation.</summary>
public sealed record MessageRecord
{
    /// <summary>Who wrote it: system, user or assistant.</summary>
    public required string Role { get; init; }

    /// <summary>The text; not empty.</summary>
    public required string Content { get; init; }

    /// <summary>Converts the record to a message.</summary>
    /// <param name="path">The record's place in the request, for errors.</param>
    /// <exception cref="BlendException">The role is not known, or the text is empty.</exception>
    public ChatTurn ToTurn(string path)
    {
        if (Role is not (Conversation.System or Conversation.User or Conversation.Assistant))
        {
            throw BlendException.Invalid(
                "history", $"\"{path}.role\" is \"{Role}\", and must be {Conversation.System}, {Conversation.User} or {Conversation.Assistant}");
        }

        return string.IsNullOrWhiteSpace(Content)
            ? throw BlendException.Invalid("history", $"\"{path}.content\" is empty, and must have text")
            : new ChatTurn(Role, Content);
    }
}
