namespace LLMBlender.Abstractions;

/// <summary>The failure of a part of a blend that continued without it.</summary>
/// <param name="What">What failed: a backend's name, or a step such as <c>rank</c> or <c>fuse</c>.</param>
/// <param name="Reason">The kind of the error.</param>
/// <param name="Message">The error message.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendFailure")]
public sealed record BlendFailure(
    [property: Id(0)] string What, [property: Id(1)] BlendFailureReason Reason, [property: Id(2)] string Message);
