namespace LLMBlender.Abstractions;

/// <summary>Parts of a model's answer other than text and tool calls. They are not ranked or fused.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.AnswerDetails")]
public sealed record AnswerDetails
{
    /// <summary>The finish reason of an answer that a content filter stopped.</summary>
    public const string ContentFilter = "content_filter";

    /// <summary>The model's reasoning; null for none.</summary>
    [Id(0)]
    public string? Reasoning { get; init; }

    /// <summary>The model's refusal to answer; null for none.</summary>
    [Id(1)]
    public string? Refusal { get; init; }

    /// <summary>The finish reason <see cref="ContentFilter"/>; null for others.</summary>
    [Id(2)]
    public string? FinishReason { get; init; }

    /// <summary>Further fields of the message in OpenAI's format, as a JSON object; null for none.</summary>
    [Id(3)]
    public string? Fields { get; init; }

    /// <summary>Request fields that the model's server does not support and that were omitted.</summary>
    [Id(4)]
    public string[] Dropped { get; init; } = [];

    /// <summary>Cached input tokens; included in the prompt tokens.</summary>
    [Id(5)]
    public long CachedTokens { get; init; }

    /// <summary>Reasoning tokens; included in the completion tokens.</summary>
    [Id(6)]
    public long ReasoningTokens { get; init; }

    /// <summary>Further fields of the response in OpenAI's format, as a JSON object; null for none.</summary>
    [Id(7)]
    public string? ResponseFields { get; init; }

    /// <summary>The log probabilities of the answer's tokens, a JSON object in OpenAI's format; null for none.</summary>
    [Id(8)]
    public string? Logprobs { get; init; }

    /// <summary>Input tokens written to the server's cache; included in the prompt tokens.</summary>
    [Id(9)]
    public long CacheWriteTokens { get; init; }

    /// <summary>Whether an answer without text has content: reasoning, a refusal or the finish reason of a content filter.</summary>
    public bool IsAnswer => (Reasoning ?? Refusal ?? FinishReason) is not null;
}
