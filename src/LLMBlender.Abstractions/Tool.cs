namespace LLMBlender.Abstractions;

/// <summary>A function that an answer can call.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="Description">The function's description; may be null.</param>
/// <param name="Parameters">The JSON schema of its arguments, as JSON text; null for none.</param>
/// <param name="Strict">Whether backends that support it constrain arguments to the schema (strict mode); null for the backend's default.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.Tool")]
public sealed record Tool(
    [property: Id(0)] string Name,
    [property: Id(1)] string? Description,
    [property: Id(2)] string? Parameters,
    [property: Id(3)] bool? Strict)
{
    /// <summary>The original declaration, a JSON object in the format of OpenAI's chat completions; null if it had another format.</summary>
    [Id(4)]
    public string? Source { get; init; }
}
