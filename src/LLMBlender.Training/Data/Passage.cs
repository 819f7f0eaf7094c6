namespace LLMBlender.Training.Data;

/// <summary>A whole answer from which pairs are made, with its prompt when that is known.</summary>
internal sealed record Passage(string? Prompt, string Text);
