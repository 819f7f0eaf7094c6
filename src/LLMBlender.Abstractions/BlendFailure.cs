using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions;

/// <summary>The failure of a part of a blend that continued without it.</summary>
/// <param name="What">What failed: a backend's name, or a step such as <c>rank</c> or <c>fuse</c>.</param>
/// <param name="Reason">The kind of the error.</param>
/// <param name="Message">The error message.</param>
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
