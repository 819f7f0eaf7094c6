namespace LLMBlender.Core.Fusion;

/// <summary>What a fused answer cost.</summary>
/// <param name="PromptTokens">Tokens read, as the fuser counts.</param>
/// <param name="CompletionTokens">Tokens written, as the fuser counts.</param>
/// <param name="ReachedLimit">Whether it was cut off by its limit of tokens rather than ended.</param>
public sealed record FusionUsage(long PromptTokens, long CompletionTokens, bool ReachedLimit)
{
    /// <summary>Nothing read and nothing written.</summary>
    public static FusionUsage None { get; } = new(0, 0, false);
}
