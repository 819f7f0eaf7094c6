namespace LLMBlender.Abstractions;

/// <summary>What a model's answer contains beside its text and tool calls. None of it is ranked or fused.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.AnswerDetails")]
public sealed record AnswerDetails
{
    /// <summary>The finish reason of an answer that a content filter ended.</summary>
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

    /// <summary>Fields of the request that the model's server does not take, and that were left out.</summary>
    [Id(4)]
    public string[] Dropped { get; init; } = [];

    /// <summary>Prompt tokens that the server had cached; part of the prompt tokens.</summary>
    [Id(5)]
    public long CachedTokens { get; init; }

    /// <summary>Tokens of reasoning; part of the completion tokens.</summary>
    [Id(6)]
    public long ReasoningTokens { get; init; }

    /// <summary>Whether an answer without text says something nevertheless: reasoning, a refusal, or that a filter ended it.</summary>
    public bool IsAnswer => (Reasoning ?? Refusal ?? FinishReason) is not null;
}
