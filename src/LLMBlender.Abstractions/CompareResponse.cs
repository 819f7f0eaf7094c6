namespace LLMBlender.Abstractions;

/// <summary>Which of two candidates is better.</summary>
/// <param name="Logit">As <see cref="PairOrder"/> has it.</param>
/// <param name="Better">Above 0 when a is better, below when b is, 0 for a tie, whatever the order was.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.CompareResponse")]
public sealed record CompareResponse([property: Id(0)] float Logit, [property: Id(1)] int Better);
