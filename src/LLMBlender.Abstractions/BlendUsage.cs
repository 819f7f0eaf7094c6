namespace LLMBlender.Abstractions;

/// <summary>What a blend cost.</summary>
/// <param name="PromptTokens">Tokens read by the panel's models and the fuser, as each of them counts.</param>
/// <param name="CompletionTokens">Tokens written by the panel's models and the fuser, as each of them counts.</param>
/// <param name="Comparisons">Ordered pairs whose logit the ranking or the guard used, computed or from the cache.</param>
public sealed record BlendUsage(long PromptTokens, long CompletionTokens, int Comparisons);
