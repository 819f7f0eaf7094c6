using System.Text;
using Microsoft.Extensions.AI;

namespace LLMBlender.Abstractions;

/// <summary>A conversation as turns, which backends read, and as the one text that the ranker reads.</summary>
public static class Conversation
{
    /// <summary>The role of those who answer.</summary>
    public const string Assistant = "assistant";

    /// <summary>The role of those who set rules.</summary>
    public const string System = "system";

    /// <summary>The role of what tools said.</summary>
    public const string Tool = "tool";

    /// <summary>The role of those who ask.</summary>
    public const string User = "user";

    /// <summary>The messages that say something, <paramref name="instructions"/> before them.</summary>
    public static ChatTurn[] ToTurns(IEnumerable<ChatMessage> messages, string? instructions)
    {
        var turns = messages
            .Where(static message => !string.IsNullOrWhiteSpace(message.Text))
            .Select(static message => new ChatTurn(RoleOf(message.Role), message.Text));
        return string.IsNullOrWhiteSpace(instructions) ? [.. turns] : [new ChatTurn(System, instructions), .. turns];
    }

    /// <summary>A single user message as it is; else a paragraph a turn, each with its speaker.</summary>
    /// <exception cref="BlendException">No message says anything.</exception>
    public static string ToInstruction(IReadOnlyList<ChatTurn> turns)
    {
        if (turns.Count == 0)
        {
            throw BlendException.Invalid("messages", "no message says anything, and at least one must");
        }

        if (turns is [{ Role: User } only])
        {
            return only.Text;
        }

        var text = new StringBuilder();
        foreach (var turn in turns)
        {
            text.Append(text.Length > 0 ? "\n\n" : "").Append(Speaker(turn.Role)).Append(Form(turn));
        }

        return text.ToString();
    }

    private static string RoleOf(ChatRole role) => role == ChatRole.Assistant ? Assistant : role == ChatRole.User ? User : System;

    private static string Form(ChatTurn turn) => turn.Calls is { } calls ? new ToolUse(turn.Text, calls).ToForm() : turn.Text;

    private static string Speaker(string role) => role switch { User => "Human: ", Assistant => "Assistant: ", Tool => "Tool: ", _ => "" };
}
