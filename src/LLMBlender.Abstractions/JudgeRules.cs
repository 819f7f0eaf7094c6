namespace LLMBlender.Abstractions;

/// <summary>How a chat model judges candidates; other rankers have no prompt. A panel's settings set it.</summary>
/// <param name="Prompt">The name of a preset, or a template; null for the default.</param>
/// <param name="Criteria">What counts first, the most important first; empty for what the prompt says.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.JudgeRules")]
public sealed record JudgeRules([property: Id(0)] string? Prompt, [property: Id(1)] string[] Criteria);
