using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions;

/// <summary>Tokens, comparisons and cost of a blend.</summary>
/// <param name="PromptTokens">Input tokens of the panel's models and the fuser, each counted by its own tokenizer.</param>
/// <param name="CompletionTokens">Output tokens of the panel's models and the fuser, each counted by its own tokenizer.</param>
/// <param name="Comparisons">Ordered pairs whose logit was used for ranking or for checking the fused answer, computed or cached.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendUsage")]
public sealed record BlendUsage(
    [property: Id(0)] long PromptTokens, [property: Id(1)] long CompletionTokens, [property: Id(2)] int Comparisons)
{
    /// <summary>Cost of the panel's models in the currency of the configured prices; null if none are configured.</summary>
    [Id(3)]
    public decimal? Cost { get; init; }

    /// <summary>Cached input tokens; included in the prompt tokens.</summary>
    [Id(4), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CachedTokens { get; init; }

    /// <summary>Reasoning tokens; included in the completion tokens.</summary>
    [Id(5), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ReasoningTokens { get; init; }

    /// <summary>Input tokens written to servers' caches; included in the prompt tokens.</summary>
    [Id(6), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CacheWriteTokens { get; init; }

    /// <summary>Answers asked from the panel's members, failed ones too; absent if there are none.</summary>
    [Id(7), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Calls { get; init; }
}
