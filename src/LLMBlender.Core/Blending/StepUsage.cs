namespace LLMBlender.Core.Blending;

/// <summary>What a step of a blend cost.</summary>
/// <param name="PromptTokens">Tokens read, as the models count.</param>
/// <param name="CompletionTokens">Tokens written, as the models count.</param>
/// <param name="Cost">In the currency of the configured prices; null where none are configured.</param>
public readonly record struct StepUsage(long PromptTokens, long CompletionTokens, decimal? Cost)
{
    /// <summary>The sum; a cost that is not known counts as 0 where the other one is.</summary>
    public static StepUsage operator +(StepUsage left, StepUsage right) => new(
        left.PromptTokens + right.PromptTokens,
        left.CompletionTokens + right.CompletionTokens,
        right.Cost is null ? left.Cost : (left.Cost ?? 0) + right.Cost);

    /// <inheritdoc cref="op_Addition"/>
    public static StepUsage Add(StepUsage left, StepUsage right) => left + right;
}
