namespace LLMBlender.Abstractions;

/// <summary>An update of a streamed fusion: text or, last, the whole response.</summary>
/// <param name="Text">The answer's next characters; empty in the last update.</param>
/// <param name="Response">The whole response in the last update; null before.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.FuseUpdate")]
public sealed record FuseUpdate([property: Id(0)] string Text, [property: Id(1)] FuseResponse? Response);
