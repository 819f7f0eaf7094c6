namespace LLMBlender.Local.Backends;

/// <summary>A piece of a member's answer as it is written, or, at the end, the whole.</summary>
/// <param name="Text">The answer's next characters; empty in the last update.</param>
/// <param name="Reply">The whole, or why there is none, in the last update; null before.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BackendUpdate")]
public sealed record BackendUpdate([property: Id(0)] string Text, [property: Id(1)] BackendReply? Reply);
