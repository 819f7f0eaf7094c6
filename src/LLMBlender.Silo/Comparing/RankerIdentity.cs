namespace LLMBlender.Silo.Comparing;

/// <summary>Which ranker: equal versions give equal logits.</summary>
/// <param name="Name">What requests call it.</param>
/// <param name="Version">A hash over weights, precision and truncation.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.RankerIdentity")]
internal sealed record RankerIdentity([property: Id(0)] string Name, [property: Id(1)] string Version);
