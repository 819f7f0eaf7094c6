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

    /// <summary>The thinking blocks that are complete with this update, a JSON array in the format of Anthropic's messages API; null for none.</summary>
    [Id(5)]
    public string? Thinking { get; init; }

    /// <summary>The log probabilities of this update's tokens, a JSON object in OpenAI's format; null for none.</summary>
    [Id(6)]
    public string? Logprobs { get; init; }
}
