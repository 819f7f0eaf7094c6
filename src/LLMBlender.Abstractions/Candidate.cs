namespace LLMBlender.Abstractions;

/// <summary>An answer to the instruction, not yet ranked.</summary>
/// <param name="Model">The model that wrote it; null if unknown.</param>
/// <param name="Text">The answer. It is data: no part of it is tokenized as a control token.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.Candidate")]
public sealed record Candidate([property: Id(0)] string? Model, [property: Id(1)] string Text);
