namespace LLMBlender.Abstractions;

/// <summary>An answer's call of a tool. The caller executes it.</summary>
/// <param name="Id">The call's id, which its result repeats.</param>
/// <param name="Name">The tool's name.</param>
/// <param name="Arguments">The arguments: a JSON object, as text.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.ToolCall")]
public sealed record ToolCall([property: Id(0)] string Id, [property: Id(1)] string Name, [property: Id(2)] string Arguments)
{
    /// <summary>Further fields of the call in OpenAI's format, as a JSON object; null for none.</summary>
    [Id(3)]
    public string? Fields { get; init; }
}
