namespace LLMBlender.Abstractions;

/// <summary>A part of a streamed tool call.</summary>
/// <param name="Index">The index of the call among the answer's calls, from 0.</param>
/// <param name="Id">The call's id, in its first part; null in the others.</param>
/// <param name="Name">The tool's name, in the first part; null in the others.</param>
/// <param name="Arguments">The next characters of the arguments; may be empty.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.ToolCallPart")]
public sealed record ToolCallPart(
    [property: Id(0)] int Index, [property: Id(1)] string? Id, [property: Id(2)] string? Name, [property: Id(3)] string Arguments)
{
    /// <summary>Further fields of the call in OpenAI's format, as a JSON object; null for none.</summary>
    [Id(4)]
    public string? Fields { get; init; }
}
