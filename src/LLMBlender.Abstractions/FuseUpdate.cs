namespace LLMBlender.Abstractions;

/// <summary>A piece of a fused answer as it is written, or, at the end, the whole.</summary>
/// <param name="Text">The answer's next characters; empty in the last update.</param>
/// <param name="Response">The whole, in the last update; null before.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.FuseUpdate")]
public sealed record FuseUpdate([property: Id(0)] string Text, [property: Id(1)] FuseResponse? Response);
