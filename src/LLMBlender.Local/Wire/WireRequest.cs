using System.Text.Json;
using LLMBlender.Abstractions;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>A request to a model server, and the fields that were sent and left out. Used by one request.</summary>
/// <param name="messages">The conversation.</param>
/// <param name="options">The options; null for the defaults.</param>
/// <param name="isStreamed">Whether the answer is requested as a stream.</param>
/// <param name="support">The fields that the server takes.</param>
internal sealed class WireRequest(IReadOnlyList<ChatMessage> messages, ChatOptions? options, bool isStreamed, FieldSupport support)
{
    private static readonly Dictionary<string, JsonElement> NoFields = [];

    /// <summary>The conversation.</summary>
    public IReadOnlyList<ChatMessage> Messages => messages;

    /// <summary>The options.</summary>
    public ChatOptions Options { get; } = options ?? new ChatOptions();

    /// <summary>Whether the answer is requested as a stream.</summary>
    public bool IsStreamed => isStreamed;

    /// <summary>The caller's own fields.</summary>
    public IReadOnlyDictionary<string, JsonElement> Fields { get; } = (options as WireChatOptions)?.Fields ?? NoFields;

    /// <summary>The optional fields that were written.</summary>
    public HashSet<string> Sent { get; } = [];

    /// <summary>The fields that were left out because the server does not take them.</summary>
    public SortedSet<string> Dropped { get; } = new(StringComparer.Ordinal);

    /// <summary>The name of the field that limits an answer's tokens.</summary>
    public string TokenLimitField => support.TokenLimitField;

    /// <summary>Whether messages have the role "developer"; otherwise it is "system", which means the same.</summary>
    public bool TakesDeveloper()
    {
        if (support.IsDropped(FieldSupport.DeveloperRole))
        {
            return false;
        }

        Sent.Add(FieldSupport.DeveloperRole);
        return true;
    }

    /// <summary>Whether a message's field beside role, content and tool calls is written. A field that the server does not take is left out.</summary>
    public bool TakesOfMessage(string field)
    {
        if (field is "role" or "content" or "tool_calls" or "tool_call_id")
        {
            return true;
        }

        var name = FieldSupport.OfMessage(field);
        if (support.IsDropped(name))
        {
            Drop(field);
            return false;
        }

        Sent.Add(name);
        return true;
    }

    /// <summary>Whether an optional field is written; notes either way.</summary>
    /// <exception cref="BackendException">The server does not take the field, and the options are strict.</exception>
    public bool Takes(string field)
    {
        if (!support.IsDropped(field))
        {
            Sent.Add(field);
            return true;
        }

        Drop(field);
        return false;
    }

    /// <summary>Notes that a field is left out.</summary>
    /// <exception cref="BackendException">The options are strict.</exception>
    public void Drop(string field)
    {
        if (options is WireChatOptions { IsStrict: true })
        {
            throw new BackendException(BlendFailureReason.Refused, $"it does not take \"{field}\"") { Status = 400, Code = "unsupported_parameter" };
        }

        Dropped.Add(field);
    }
}
