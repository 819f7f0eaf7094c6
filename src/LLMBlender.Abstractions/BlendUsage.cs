using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions;

/// <summary>What a blend cost.</summary>
/// <param name="PromptTokens">Tokens read by the panel's models and the fuser, as each of them counts.</param>
/// <param name="CompletionTokens">Tokens written by the panel's models and the fuser, as each of them counts.</param>
/// <param name="Comparisons">Ordered pairs whose logit the ranking or the guard used, computed or from the cache.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendUsage")]
public sealed record BlendUsage(
    [property: Id(0)] long PromptTokens, [property: Id(1)] long CompletionTokens, [property: Id(2)] int Comparisons)
{
    /// <summary>What the panel's models cost, in the currency of the configured prices; null where none are.</summary>
    [Id(3)]
    public decimal? Cost { get; init; }

    /// <summary>Prompt tokens that servers had cached; part of the prompt tokens.</summary>
    [Id(4), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CachedTokens { get; init; }

    /// <summary>Tokens of reasoning; part of the completion tokens.</summary>
    [Id(5), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ReasoningTokens { get; init; }
}
