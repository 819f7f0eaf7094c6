using System.Text.Json.Serialization;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>A response.</summary>
internal sealed record ResponsesResult
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The type: response.</summary>
    public required string Object { get; init; }

    /// <summary>The creation time, in seconds since 1970.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>The status: in_progress, completed, incomplete.</summary>
    public required string Status { get; init; }

    /// <summary>Always null: an error is returned as an error response.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Error { get; init; }

    /// <summary>Why it is incomplete; null if it is complete.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required IncompleteDetails? IncompleteDetails { get; init; }

    /// <summary>The panel.</summary>
    public required string Model { get; init; }

    /// <summary>The answer, one message.</summary>
    public required OutputItem[] Output { get; init; }

    /// <summary>Always false.</summary>
    public bool ParallelToolCalls { get; init; }

    /// <summary>Always null: no response is stored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? PreviousResponseId { get; init; }

    /// <summary>Always false: no response is stored.</summary>
    public bool Store { get; init; }

    /// <summary>Always auto.</summary>
    public string ToolChoice { get; init; } = "auto";

    /// <summary>Always empty.</summary>
    public string[] Tools { get; init; } = [];

    /// <summary>Always empty.</summary>
    public Dictionary<string, string> Metadata { get; init; } = [];

    /// <summary>The token usage of all models of the blend; absent while it is in progress.</summary>
    public ResponsesUsage? Usage { get; init; }

    /// <summary>The blend's details, if requested.</summary>
    [JsonPropertyName("llmblender")]
    public BlendResult? Own { get; init; }
}

/// <summary>Why a response is incomplete.</summary>
/// <param name="Reason">The reason: max_output_tokens.</param>
internal sealed record IncompleteDetails(string Reason);

/// <summary>A message of a response.</summary>
internal sealed record OutputItem
{
    /// <summary>The type: message.</summary>
    public string Type { get; init; } = "message";

    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The status: in_progress, completed, incomplete.</summary>
    public required string Status { get; init; }

    /// <summary>The role: assistant.</summary>
    public string Role { get; init; } = Conversation.Assistant;

    /// <summary>The answer; empty while it is in progress.</summary>
    public required OutputText[] Content { get; init; }
}

/// <summary>A text of a response.</summary>
internal sealed record OutputText
{
    /// <summary>The type: output_text.</summary>
    public string Type { get; init; } = "output_text";

    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary>Always empty.</summary>
    public string[] Annotations { get; init; } = [];
}

/// <summary>The token usage of models.</summary>
internal sealed record ResponsesUsage
{
    /// <summary>The number of input tokens.</summary>
    public required long InputTokens { get; init; }

    /// <summary>Details of the input tokens.</summary>
    public InputTokenDetails InputTokensDetails { get; init; } = new();

    /// <summary>The number of output tokens.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>Details of the output tokens.</summary>
    public OutputTokenDetails OutputTokensDetails { get; init; } = new();

    /// <summary>The total of both.</summary>
    public required long TotalTokens { get; init; }

    /// <summary>Creates the JSON form of a blend's usage.</summary>
    public static ResponsesUsage Create(BlendUsage usage) => new()
    {
        InputTokens = usage.PromptTokens,
        OutputTokens = usage.CompletionTokens,
        TotalTokens = usage.PromptTokens + usage.CompletionTokens,
    };
}

/// <summary>Details of the input tokens.</summary>
internal sealed record InputTokenDetails
{
    /// <summary>Always 0.</summary>
    public long CachedTokens { get; init; }
}

/// <summary>Details of the output tokens.</summary>
internal sealed record OutputTokenDetails
{
    /// <summary>Always 0.</summary>
    public long ReasoningTokens { get; init; }
}

/// <summary>An event of a streamed response; its fields depend on its type.</summary>
internal sealed record ResponsesEvent
{
    /// <summary>The type, which is also the event's name.</summary>
    public required string Type { get; init; }

    /// <summary>Its number in the stream, from 0.</summary>
    public required int SequenceNumber { get; init; }

    /// <summary>The response.</summary>
    public ResponsesResult? Response { get; init; }

    /// <summary>The message's id.</summary>
    public string? ItemId { get; init; }

    /// <summary>The message's index.</summary>
    public int? OutputIndex { get; init; }

    /// <summary>The text's index.</summary>
    public int? ContentIndex { get; init; }

    /// <summary>The message.</summary>
    public OutputItem? Item { get; init; }

    /// <summary>The text with its type.</summary>
    public OutputText? Part { get; init; }

    /// <summary>The next characters.</summary>
    public string? Delta { get; init; }

    /// <summary>The complete text.</summary>
    public string? Text { get; init; }

    /// <summary>Always empty; present if the event has a text.</summary>
    public double[]? Logprobs { get; init; }
}

/// <summary>The event of an error.</summary>
internal sealed record ResponsesError
{
    /// <summary>The type: error.</summary>
    public required string Type { get; init; }

    /// <summary>Its number in the stream, from 0.</summary>
    public required int SequenceNumber { get; init; }

    /// <summary>The machine-readable reason.</summary>
    public required string Code { get; init; }

    /// <summary>The human-readable reason.</summary>
    public required string Message { get; init; }

    /// <summary>The invalid field; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Param { get; init; }
}
