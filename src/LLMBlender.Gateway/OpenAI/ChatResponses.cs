using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Abstractions.Json;
using LLMBlender.Gateway.Records;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>The fields that a completion and its chunks share.</summary>
internal abstract record ChatResponseHead
{
    /// <summary>The completion's id.</summary>
    [JsonPropertyOrder(-1)]
    public required string Id { get; init; }

    /// <summary>The type: chat.completion, or chat.completion.chunk.</summary>
    [JsonPropertyOrder(-1)]
    public required string Object { get; init; }

    /// <summary>The creation time, in seconds since 1970.</summary>
    [JsonPropertyOrder(-1)]
    public required long Created { get; init; }

    /// <summary>The panel.</summary>
    [JsonPropertyOrder(-1)]
    public required string Model { get; init; }
}

/// <summary>A completion.</summary>
internal sealed record ChatCompletion : ChatResponseHead
{
    /// <summary>The answers.</summary>
    public required ChatChoice[] Choices { get; init; }

    /// <summary>The token usage of all models of the blends.</summary>
    public required ChatUsage Usage { get; init; }

    /// <summary>What the request asked for and did not get; absent if there is nothing.</summary>
    public string[]? Warnings { get; init; }

    /// <summary>The blends' details, if requested.</summary>
    [JsonPropertyName("llmblender")]
    public ChatBlends? Own { get; init; }

    /// <summary>Fields that the member's server added to the response, unchanged.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}

/// <summary>A chunk of a streamed completion.</summary>
internal sealed record ChatChunk : ChatResponseHead
{
    /// <summary>The chunk's choice; empty in the last chunk.</summary>
    public required ChunkChoice[] Choices { get; init; }

    /// <summary>What the request asked for and did not get; with the finish reason.</summary>
    public string[]? Warnings { get; init; }

    /// <summary>The token usage of all models of the blends; in the last chunk, if requested.</summary>
    public ChatUsage? Usage { get; init; }

    /// <summary>The blends' details; in the last chunk, if requested.</summary>
    [JsonPropertyName("llmblender")]
    public ChatBlends? Own { get; init; }

    /// <summary>Fields that the member's server added to the response, unchanged; with the finish reason.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}

/// <summary>A step of a streamed completion: a chunk without choices, which clients ignore.</summary>
internal sealed record ChatStep : ChatResponseHead
{
    /// <summary>Empty.</summary>
    public required ChunkChoice[] Choices { get; init; }

    /// <summary>The step.</summary>
    [JsonPropertyName("llmblender")]
    public required StepResult Own { get; init; }
}

/// <summary>The details of a completion's blends.</summary>
/// <param name="Blends">The blends, one per answer.</param>
internal sealed record ChatBlends(BlendResult[] Blends);

/// <summary>An answer.</summary>
internal sealed record ChatChoice
{
    /// <summary>Its index.</summary>
    public required int Index { get; init; }

    /// <summary>The message.</summary>
    public required ChatMessage Message { get; init; }

    /// <summary>The log probabilities of the tokens, as the member's server gives them; null if it gives none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    [JsonUnion("an object, or null", typeof(object), IsNullable = true)]
    public JsonElement? Logprobs { get; init; }

    /// <summary>The finish reason: stop, length, tool_calls, content_filter; function_call in the older form of tools.</summary>
    public required string FinishReason { get; init; }
}

/// <summary>An answer's message.</summary>
internal sealed record ChatMessage
{
    /// <summary>The role: assistant.</summary>
    public required string Role { get; init; }

    /// <summary>The text; null if the answer consists only of tool calls.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Content { get; init; }

    /// <summary>The tool calls.</summary>
    public ToolCallBody[]? ToolCalls { get; init; }

    /// <summary>The call in the older form of tools.</summary>
    public FunctionCall? FunctionCall { get; init; }

    /// <summary>The refusal of the panel's only member; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Refusal { get; init; }

    /// <summary>The reasoning of the member whose answer this is.</summary>
    public string? ReasoningContent { get; init; }

    /// <summary>Fields that the member's server added, unchanged.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    /// <summary>Reads JSON; null for none.</summary>
    public static JsonElement? Read(string? json) => json is null ? null : JsonElement.Parse(json);

    /// <summary>Reads a JSON object as fields; null for none.</summary>
    public static Dictionary<string, JsonElement>? ReadFields(string? json) =>
        json is null ? null : JsonElement.Parse(json).EnumerateObject().ToDictionary(static field => field.Name, static field => field.Value);
}

/// <summary>A part of an answer.</summary>
internal sealed record ChunkChoice
{
    /// <summary>The answer's index.</summary>
    public required int Index { get; init; }

    /// <summary>The part.</summary>
    public required ChunkDelta Delta { get; init; }

    /// <summary>The log probabilities of the tokens, as the member's server gives them; null if it gives none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    [JsonUnion("an object, or null", typeof(object), IsNullable = true)]
    public JsonElement? Logprobs { get; init; }

    /// <summary>The finish reason; null before the last part.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? FinishReason { get; init; }
}

/// <summary>The new fields of an answer's message.</summary>
internal sealed record ChunkDelta
{
    /// <summary>The role; in the first part.</summary>
    public string? Role { get; init; }

    /// <summary>The next characters.</summary>
    public string? Content { get; init; }

    /// <summary>The next characters of the reasoning.</summary>
    public string? ReasoningContent { get; init; }

    /// <summary>The refusal.</summary>
    public string? Refusal { get; init; }

    /// <summary>The tool calls.</summary>
    public ToolCallBody[]? ToolCalls { get; init; }

    /// <summary>The next part of the call in the older form of tools.</summary>
    public FunctionCall? FunctionCall { get; init; }

    /// <summary>Fields that the member's server added, unchanged; in the last part.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}

/// <summary>The token usage of models.</summary>
internal sealed record ChatUsage
{
    /// <summary>The number of input tokens.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>The number of output tokens.</summary>
    public required long CompletionTokens { get; init; }

    /// <summary>The total of both.</summary>
    public required long TotalTokens { get; init; }

    /// <summary>Details of the input tokens; absent if servers give none.</summary>
    public PromptTokenDetails? PromptTokensDetails { get; init; }

    /// <summary>Details of the output tokens; absent if servers give none.</summary>
    public CompletionTokenDetails? CompletionTokensDetails { get; init; }

    /// <summary>Fields that the only member's server added, unchanged.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}

/// <summary>Details of the input tokens.</summary>
/// <param name="CachedTokens">The tokens that servers had cached; absent if they say none.</param>
/// <param name="CacheCreationTokens">The tokens that servers wrote to their caches; absent if they say none.</param>
internal sealed record PromptTokenDetails(long? CachedTokens, long? CacheCreationTokens);

/// <summary>Details of the output tokens.</summary>
/// <param name="ReasoningTokens">The tokens of reasoning.</param>
internal sealed record CompletionTokenDetails(long ReasoningTokens);
