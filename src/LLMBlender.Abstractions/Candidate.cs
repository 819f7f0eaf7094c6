namespace LLMBlender.Abstractions;

/// <summary>One answer to the instruction, before it is ranked.</summary>
/// <param name="Model">The model that wrote it; null when unknown.</param>
/// <param name="Text">The answer itself. It is data: nothing in it is ever read as a control token.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.Candidate")]
public sealed record Candidate([property: Id(0)] string? Model, [property: Id(1)] string Text);
