namespace LLMBlender.Abstractions;

/// <summary>An update of a streamed blend: text, a step's event or, last, the whole response.</summary>
/// <param name="Text">The answer's next characters; empty in the last update and in an event.</param>
/// <param name="Response">The whole response in the last update; null before.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendUpdate")]
public sealed record BlendUpdate([property: Id(0)] string Text, [property: Id(1)] BlendResponse? Response)
{
    /// <summary>The event of a step; null in other updates. Events require <see cref="BlendRequest.WithProgress"/>.</summary>
    [Id(2)]
    public BlendEvent? Event { get; init; }

    /// <summary>The next characters of the answer's reasoning; null for none.</summary>
    [Id(3)]
    public string? Reasoning { get; init; }

    /// <summary>The next parts of the answer's tool calls; null for none. The last update contains the whole calls in any case.</summary>
    [Id(4)]
    public ToolCallPart[]? Calls { get; init; }
}
