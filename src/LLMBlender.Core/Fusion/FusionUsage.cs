namespace LLMBlender.Core.Fusion;

/// <summary>The token usage of a fused answer.</summary>
/// <param name="PromptTokens">Prompt tokens, as counted by the fuser.</param>
/// <param name="CompletionTokens">Completion tokens, as counted by the fuser.</param>
/// <param name="ReachedLimit">Whether generation stopped at the token limit.</param>
public sealed record FusionUsage(long PromptTokens, long CompletionTokens, bool ReachedLimit)
{
    /// <summary>No tokens.</summary>
    public static FusionUsage None { get; } = new(0, 0, false);
}
