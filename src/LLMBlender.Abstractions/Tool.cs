namespace LLMBlender.Abstractions;

/// <summary>A function of the caller that an answer may call.</summary>
/// <param name="Name">What calls name.</param>
/// <param name="Description">What it does; may be null.</param>
/// <param name="Parameters">The JSON schema of its arguments, as JSON text; null for none.</param>
/// <param name="Strict">Whether a backend that can is to keep to the schema token by token; null to leave that to the backend.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.Tool")]
public sealed record Tool(
    [property: Id(0)] string Name,
    [property: Id(1)] string? Description,
    [property: Id(2)] string? Parameters,
    [property: Id(3)] bool? Strict)
{
    /// <summary>The declaration as the caller wrote it, a JSON object in the format of OpenAI's chat completions; null if it was not written in it.</summary>
    [Id(4)]
    public string? Source { get; init; }
}
