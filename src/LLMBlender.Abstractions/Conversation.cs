using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Abstractions;

/// <summary>Converts chat messages to turns, for backends, and to one text, for the ranker.</summary>
public static class Conversation
{
    /// <summary>The role of the assistant.</summary>
    public const string Assistant = "assistant";

    /// <summary>The role of the system.</summary>
    public const string System = "system";

    /// <summary>The role of a tool's result.</summary>
    public const string Tool = "tool";

    /// <summary>The role of the user.</summary>
    public const string User = "user";

    // The ranker's text for images and files.
    private const string MediaForm = "(attachment)";

    // MEAI's default options indent.
    private static readonly JsonSerializerOptions Compact = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false };

    /// <summary>Converts messages to turns: <paramref name="instructions"/> first, then text, tool calls and a turn for each result.</summary>
    /// <exception cref="BlendException">A message contains something else, such as an image, or has an unknown role.</exception>
    public static ChatTurn[] ToTurns(IEnumerable<ChatMessage> messages, string? instructions)
    {
        var turns = messages.SelectMany(Turns);
        return string.IsNullOrWhiteSpace(instructions) ? [.. turns] : [new ChatTurn(System, instructions), .. turns];
    }

    /// <summary>Converts turns to text: a single user message unchanged, else a paragraph per turn, with the speaker before it.</summary>
    /// <exception cref="BlendException">No message contains text.</exception>
    public static string ToInstruction(IReadOnlyList<ChatTurn> turns)
    {
        if (turns.Count == 0)
        {
            throw BlendException.Invalid("messages", "no message contains text; at least one must");
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
                        "messages", $"\"messages[{index}]\" contains {content.GetType().Name}, and must contain only text, tool calls and tool results");
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
