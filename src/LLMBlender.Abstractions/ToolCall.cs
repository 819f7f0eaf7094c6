namespace LLMBlender.Abstractions;

/// <summary>A call that an answer makes of one of the caller's tools, which only the caller can execute.</summary>
/// <param name="Id">What its result will name.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">A JSON object, as text.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.ToolCall")]
public sealed record ToolCall([property: Id(0)] string Id, [property: Id(1)] string Name, [property: Id(2)] string Arguments)
{
    /// <summary>Further fields of the call in OpenAI's format, as a JSON object; null for none.</summary>
    [Id(3)]
    public string? Fields { get; init; }
}
