using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions;

/// <summary>A part of a blend that failed while the blend as a whole went on without it.</summary>
/// <param name="What">What failed: a backend's name, or the step such as <c>rank</c> or <c>fuse</c>.</param>
/// <param name="Reason">Why, for programs.</param>
/// <param name="Message">Why, for people.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendFailure")]
public sealed record BlendFailure(
    [property: Id(0)] string What, [property: Id(1)] BlendFailureReason Reason, [property: Id(2)] string Message)
{
    /// <summary>The HTTP status of a model server's error; null for none.</summary>
    [Id(3), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Status { get; init; }

    /// <summary>The code of a model server's error, such as <c>context_length_exceeded</c>; null for none.</summary>
    [Id(4), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }
}
