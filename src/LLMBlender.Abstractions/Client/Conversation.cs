using System.Text;
using Microsoft.Extensions.AI;

namespace LLMBlender.Abstractions.Client;

/// <summary>A conversation as the one text that a panel's members and the ranker read.</summary>
internal static class Conversation
{
    /// <summary>A single user message as it is; else a paragraph a turn, each with its speaker.</summary>
    /// <exception cref="BlendException">No message says anything.</exception>
    public static string ToInstruction(IEnumerable<ChatMessage> messages, string? instructions)
    {
        var turns = messages.Where(static message => !string.IsNullOrWhiteSpace(message.Text)).ToList();
        if (turns.Count == 0)
        {
            throw BlendException.Invalid("messages", "no message says anything, and at least one must");
        }

        if (turns is [{ } only] && only.Role == ChatRole.User && string.IsNullOrWhiteSpace(instructions))
        {
            return only.Text;
        }

        var text = new StringBuilder(instructions);
        foreach (var turn in turns)
        {
            text.Append(text.Length > 0 ? "\n\n" : "").Append(Speaker(turn.Role)).Append(turn.Text);
        }

        return text.ToString();
    }

    private static string Speaker(ChatRole role) =>
        role == ChatRole.User ? "Human: " : role == ChatRole.Assistant ? "Assistant: " : "";
}
