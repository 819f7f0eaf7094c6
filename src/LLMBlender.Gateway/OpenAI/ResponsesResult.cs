using System.Text.Json;
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

    /// <summary>The status: in_progress, completed, incomplete, failed.</summary>
    public required string Status { get; init; }

    /// <summary>Why it failed; null if it did not. Only in streams.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ResponsesFailure? Error { get; init; }

    /// <summary>Why it is incomplete; null if it is complete.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required IncompleteDetails? IncompleteDetails { get; init; }

    /// <summary>The instructions of the request.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Instructions { get; init; }

    /// <summary>The panel.</summary>
    public required string Model { get; init; }

    /// <summary>The answer: its reasoning, its text and its calls.</summary>
    public required OutputItem[] Output { get; init; }

    /// <summary>Whether the answer may make several calls.</summary>
    public bool ParallelToolCalls { get; init; } = true;

    /// <summary>The response that the request continued.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? PreviousResponseId { get; init; }

    /// <summary>Whether the response is stored.</summary>
    public bool Store { get; init; }

    /// <summary>The request's choice of tools.</summary>
    [JsonUnion("", typeof(string), typeof(object))]
    public required JsonElement ToolChoice { get; init; }

    /// <summary>The request's tools.</summary>
    [JsonUnion("", typeof(ResponsesTool[]))]
    public required JsonElement Tools { get; init; }

    /// <summary>The request's metadata.</summary>
    [JsonUnion("", typeof(object))]
    public required JsonElement Metadata { get; init; }

    /// <summary>The token usage of all models of the blend; absent while it is in progress.</summary>
    public ResponsesUsage? Usage { get; init; }

    /// <summary>What the request asked for and did not get; absent if there is nothing.</summary>
    public string[]? Warnings { get; init; }

    /// <summary>The blend's details, if requested.</summary>
    [JsonPropertyName("llmblender")]
    public BlendResult? Own { get; init; }
}

/// <summary>Why a response failed.</summary>
/// <param name="Code">The machine-readable reason.</param>
/// <param name="Message">The human-readable reason.</param>
internal sealed record ResponsesFailure(string Code, string Message);

/// <summary>Why a response is incomplete.</summary>
/// <param name="Reason">The reason: max_output_tokens, content_filter.</param>
internal sealed record IncompleteDetails(string Reason);

/// <summary>An item of a response: a message, a call of a function, or reasoning.</summary>
internal sealed record OutputItem
{
    /// <summary>The type: message, function_call, custom_tool_call, reasoning.</summary>
    public required string Type { get; init; }

    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The status: in_progress, completed, incomplete.</summary>
    public string? Status { get; init; }

    /// <summary>The role of a message: assistant.</summary>
    public string? Role { get; init; }

    /// <summary>The text of a message; empty while it is in progress.</summary>
    public OutputText[]? Content { get; init; }

    /// <summary>The id of a call, which its result names.</summary>
    public string? CallId { get; init; }

    /// <summary>The function that is called.</summary>
    public string? Name { get; init; }

    /// <summary>The arguments of a call, a JSON object as text.</summary>
    public string? Arguments { get; init; }

    /// <summary>The text of a custom tool's call.</summary>
    public string? Input { get; init; }

    /// <summary>The text of a reasoning.</summary>
    public SummaryText[]? Summary { get; init; }
}

/// <summary>A text of a message.</summary>
internal sealed record OutputText
{
    /// <summary>The type: output_text, refusal.</summary>
    public string Type { get; init; } = "output_text";

    /// <summary>The text; null for a refusal.</summary>
    public string? Text { get; init; }

    /// <summary>The refusal; null for a text.</summary>
    public string? Refusal { get; init; }

    /// <summary>Empty for a text.</summary>
    public string[]? Annotations { get; init; }

    /// <summary>Creates a text.</summary>
    public static OutputText Create(string text) => new() { Text = text, Annotations = [] };
}

/// <summary>A text of a reasoning.</summary>
/// <param name="Text">The text.</param>
internal sealed record SummaryText(string Text)
{
    /// <summary>The type: summary_text.</summary>
    public string Type { get; init; } = "summary_text";
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
        InputTokensDetails = new InputTokenDetails { CachedTokens = usage.CachedTokens },
        OutputTokensDetails = new OutputTokenDetails { ReasoningTokens = usage.ReasoningTokens },
    };
}

/// <summary>Details of the input tokens.</summary>
internal sealed record InputTokenDetails
{
    /// <summary>The tokens that servers had cached.</summary>
    public long CachedTokens { get; init; }
}

/// <summary>Details of the output tokens.</summary>
internal sealed record OutputTokenDetails
{
    /// <summary>The tokens of reasoning.</summary>
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

    /// <summary>The text with its type: of a message, or of a reasoning.</summary>
    public JsonElement? Part { get; init; }

    /// <summary>The index of a reasoning's text.</summary>
    public int? SummaryIndex { get; init; }

    /// <summary>The arguments of a call.</summary>
    public string? Arguments { get; init; }

    /// <summary>The text of a custom tool's call.</summary>
    public string? Input { get; init; }

    /// <summary>The refusal.</summary>
    public string? Refusal { get; init; }

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
