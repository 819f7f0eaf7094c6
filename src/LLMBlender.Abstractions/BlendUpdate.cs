namespace LLMBlender.Abstractions;

/// <summary>A piece of a streamed answer, a step on the way to it, or, at the end, the whole response.</summary>
/// <param name="Text">The answer's next characters; empty in the last update and with a step.</param>
/// <param name="Response">The whole, in the last update; null before.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendUpdate")]
public sealed record BlendUpdate([property: Id(0)] string Text, [property: Id(1)] BlendResponse? Response)
{
    /// <summary>The step; null unless <see cref="BlendRequest.WithProgress"/> asked for steps and this is one.</summary>
    [Id(2)]
    public BlendEvent? Event { get; init; }

    /// <summary>The next characters of the answer's reasoning; null for none.</summary>
    [Id(3)]
    public string? Reasoning { get; init; }
}
