using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.Anthropic;

/// <summary>A message.</summary>
internal sealed record MessagesResult
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The type: message.</summary>
    public string Type { get; init; } = "message";

    /// <summary>The role: assistant.</summary>
    public string Role { get; init; } = Conversation.Assistant;

    /// <summary>The panel.</summary>
    public required string Model { get; init; }

    /// <summary>The answer: its thinking, its text and its tool uses; empty at the beginning of a stream.</summary>
    public required ContentBlock[] Content { get; init; }

    /// <summary>Why it ended: end_turn, max_tokens, stop_sequence, tool_use, pause_turn, refusal; null at the beginning of a stream.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? StopReason { get; init; }

    /// <summary>The stop text that ended it; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? StopSequence { get; init; }

    /// <summary>The token usage of all models of the blend.</summary>
    public required MessagesUsage Usage { get; init; }

    /// <summary>What the request asked for and did not get; absent if there is nothing.</summary>
    public string[]? Warnings { get; init; }

    /// <summary>The blend's details, if requested.</summary>
    [JsonPropertyName("llmblender")]
    public BlendResult? Own { get; init; }
}

/// <summary>The token usage of models.</summary>
internal sealed record MessagesUsage
{
    /// <summary>The input tokens, without cached ones and those written to a cache.</summary>
    public long InputTokens { get; init; }

    /// <summary>The output tokens.</summary>
    public long OutputTokens { get; init; }

    /// <summary>The input tokens that servers wrote to their caches.</summary>
    public long CacheCreationInputTokens { get; init; }

    /// <summary>The input tokens that servers had cached.</summary>
    public long CacheReadInputTokens { get; init; }

    /// <summary>Fields that the only member's server added, unchanged.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    /// <summary>Creates the JSON form of a blend's usage.</summary>
    /// <param name="usage">The usage.</param>
    /// <param name="other">Fields of the only member's server; null for none.</param>
    public static MessagesUsage Create(BlendUsage usage, Dictionary<string, JsonElement>? other) => new()
    {
        Other = other,
        InputTokens = Math.Max(0, usage.PromptTokens - usage.CachedTokens - usage.CacheWriteTokens),
        OutputTokens = usage.CompletionTokens,
        CacheReadInputTokens = usage.CachedTokens,
        CacheCreationInputTokens = usage.CacheWriteTokens,
    };
}

/// <summary>An event of a streamed message; its fields depend on its type.</summary>
internal sealed record MessagesEvent
{
    /// <summary>The type, which is also the event's name.</summary>
    public required string Type { get; init; }

    /// <summary>The message, at the beginning.</summary>
    public MessagesResult? Message { get; init; }

    /// <summary>The index of the block.</summary>
    public int? Index { get; init; }

    /// <summary>The block, at its beginning.</summary>
    public JsonElement? ContentBlock { get; init; }

    /// <summary>The next part of the block, or the message's end.</summary>
    public JsonElement? Delta { get; init; }

    /// <summary>The usage, at the end.</summary>
    public MessagesUsage? Usage { get; init; }

    /// <summary>What the request asked for and did not get; at the end.</summary>
    public string[]? Warnings { get; init; }
}

/// <summary>The number of a request's input tokens.</summary>
/// <param name="InputTokens">An estimate, because the panel's models count differently.</param>
internal sealed record TokenCount(long InputTokens);
