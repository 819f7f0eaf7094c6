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

    /// <summary>When it was created, in seconds since 1970.</summary>
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

    /// <summary>What all models of the blends read and wrote.</summary>
    public required ChatUsage Usage { get; init; }

    /// <summary>How the answers were made, where the request asked for that.</summary>
    [JsonPropertyName("llmblender")]
    public ChatBlends? Own { get; init; }
}

/// <summary>A piece of a streamed completion.</summary>
internal sealed record ChatChunk : ChatResponseHead
{
    /// <summary>The piece; empty in the last chunk.</summary>
    public required ChunkChoice[] Choices { get; init; }

    /// <summary>What all models of the blends read and wrote; in the last chunk, where the request asked for it.</summary>
    public ChatUsage? Usage { get; init; }

    /// <summary>How the answers were made; in the last chunk, where the request asked for it.</summary>
    [JsonPropertyName("llmblender")]
    public ChatBlends? Own { get; init; }
}

/// <summary>A step of a streamed completion: a chunk without choices, which clients skip.</summary>
internal sealed record ChatStep : ChatResponseHead
{
    /// <summary>Empty.</summary>
    public required ChunkChoice[] Choices { get; init; }

    /// <summary>The step.</summary>
    [JsonPropertyName("llmblender")]
    public required StepResult Own { get; init; }
}

/// <summary>How the answers of a completion were made.</summary>
/// <param name="Blends">A blend for each answer.</param>
internal sealed record ChatBlends(BlendResult[] Blends);

/// <summary>An answer.</summary>
internal sealed record ChatChoice
{
    /// <summary>Its index.</summary>
    public required int Index { get; init; }

    /// <summary>The message.</summary>
    public required ChatMessage Message { get; init; }

    /// <summary>Always null: a blended text has no probabilities.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double[]? Logprobs { get; init; }

    /// <summary>Why it ended: stop, length, tool_calls.</summary>
    public required string FinishReason { get; init; }
}

/// <summary>An answer's message.</summary>
internal sealed record ChatMessage
{
    /// <summary>The role: assistant.</summary>
    public required string Role { get; init; }

    /// <summary>The text; null where the answer only calls tools.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Content { get; init; }

    /// <summary>The tools that it calls.</summary>
    public ToolCallBody[]? ToolCalls { get; init; }

    /// <summary>Always null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Refusal { get; init; }
}

/// <summary>A piece of an answer.</summary>
internal sealed record ChunkChoice
{
    /// <summary>The answer's index.</summary>
    public required int Index { get; init; }

    /// <summary>The piece.</summary>
    public required ChunkDelta Delta { get; init; }

    /// <summary>Always null: a blended text has no probabilities.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double[]? Logprobs { get; init; }

    /// <summary>Why the answer ended; null before its end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? FinishReason { get; init; }
}

/// <summary>The new fields of an answer's message.</summary>
internal sealed record ChunkDelta
{
    /// <summary>The role; in the first piece.</summary>
    public string? Role { get; init; }

    /// <summary>The next characters.</summary>
    public string? Content { get; init; }

    /// <summary>The tools that it calls.</summary>
    public ToolCallBody[]? ToolCalls { get; init; }
}

/// <summary>What models read and wrote.</summary>
internal sealed record ChatUsage
{
    /// <summary>Tokens read.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Tokens written.</summary>
    public required long CompletionTokens { get; init; }

    /// <summary>Both.</summary>
    public required long TotalTokens { get; init; }
}
