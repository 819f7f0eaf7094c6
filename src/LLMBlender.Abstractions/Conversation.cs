using System.Text;
using System.Text.Json;
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

    // Images and files that have no text, for a ranker.
    private const string MediaForm = "(attachment)";

    // MEAI's own options indent.
    private static readonly JsonSerializerOptions Compact = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false };

    /// <summary>The messages as turns, <paramref name="instructions"/> before them: text, calls of tools, and a turn for each result.</summary>
    /// <exception cref="BlendException">A message holds something else, such as an image, or has an unknown role.</exception>
    public static ChatTurn[] ToTurns(IEnumerable<ChatMessage> messages, string? instructions)
    {
        var turns = messages.SelectMany(Turns);
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
            return only.Text.Length == 0 && only.HasMedia ? MediaForm : only.Text;
        }

        var text = new StringBuilder();
        foreach (var turn in turns.Where(static turn => Form(turn).Length > 0))
        {
            text.Append(text.Length > 0 ? "\n\n" : "").Append(Speaker(turn.Role)).Append(Form(turn));
        }

        return text.ToString();
    }

    private static IEnumerable<ChatTurn> Turns(ChatMessage message, int index)
    {
        var role = RoleOf(message.Role, index);
        var calls = new List<ToolCall>();
        var hasMedia = false;
        foreach (var content in message.Contents)
        {
            switch (content)
            {
                case FunctionResultContent result:
                    yield return new ChatTurn(Tool, Text(result)) { CallId = result.CallId };
                    break;
                case FunctionCallContent call:
                    calls.Add(new ToolCall(call.CallId, call.Name, JsonSerializer.Serialize(
                        call.Arguments ?? new Dictionary<string, object?>(), Compact.GetTypeInfo(typeof(IDictionary<string, object?>)))));
                    break;
                case TextContent or TextReasoningContent or UsageContent:
                    break;
                case DataContent data when data.HasTopLevelMediaType("image"):
                case UriContent link when link.HasTopLevelMediaType("image"):
                    hasMedia = true;
                    break;
                default:
                    throw BlendException.Invalid(
                        "messages", $"\"messages[{index}]\" holds {content.GetType().Name}, and must hold text, calls of tools and their results alone");
            }
        }

        if (calls.Count > 0 || hasMedia || !string.IsNullOrWhiteSpace(message.Text))
        {
            var turn = new ChatTurn(role, message.Text) { Calls = calls.Count > 0 ? [.. calls] : null, HasMedia = hasMedia };
            yield return turn with { Source = ChatTurnSource.Create(turn, message) };
        }
    }

    private static string Text(FunctionResultContent content) => content.Result switch
    {
        null => content.Exception is { } e ? $"Error: {e.Message}" : "",
        string text => text,
        var result => JsonSerializer.Serialize(result, Compact.GetTypeInfo(result.GetType())),
    };

    private static string RoleOf(ChatRole role, int index) =>
        role == ChatRole.Assistant ? Assistant
        : role == ChatRole.User ? User
        : role == ChatRole.System || role == new ChatRole("developer") ? System
        : role == ChatRole.Tool ? Tool
        : throw BlendException.Invalid(
            "messages", $"\"messages[{index}]\" has role \"{role.Value}\", and must have {System}, developer, {User}, {Assistant} or {Tool}");

    private static string Form(ChatTurn turn) =>
        turn.Calls is { } calls ? new ToolUse(turn.Text, calls).ToForm()
        : turn.Text.Length == 0 && turn.HasMedia ? MediaForm
        : turn.Text;

    private static string Speaker(string role) => role switch { User => "Human: ", Assistant => "Assistant: ", Tool => "Tool: ", _ => "" };
}
