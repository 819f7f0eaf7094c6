namespace LLMBlender.Core.Blending;

/// <summary>The tokens and cost of one step of a blend.</summary>
/// <param name="PromptTokens">Prompt tokens, as counted by the models.</param>
/// <param name="CompletionTokens">Completion tokens, as counted by the models.</param>
/// <param name="Cost">In the currency of the configured prices; null if none are configured.</param>
public readonly record struct StepUsage(long PromptTokens, long CompletionTokens, decimal? Cost)
{
    /// <summary>Adds two usages; an unknown cost counts as 0 if the other one is known.</summary>
    public static StepUsage operator +(StepUsage left, StepUsage right) => new(
        left.PromptTokens + right.PromptTokens,
        left.CompletionTokens + right.CompletionTokens,
        right.Cost is null ? left.Cost : (left.Cost ?? 0) + right.Cost);

    /// <inheritdoc cref="op_Addition"/>
    public static StepUsage Add(StepUsage left, StepUsage right) => left + right;
}
