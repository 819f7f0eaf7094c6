using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions;

/// <summary>A candidate with its place among the others.</summary>
/// <param name="Model">The model that wrote it; null when unknown.</param>
/// <param name="Text">The answer itself.</param>
/// <param name="Rank">From 1, the best, to the number of candidates; ties share the smallest rank (1, 1, 3).</param>
/// <param name="Score">
/// What the rank was made from, higher is better. Its unit is the aggregation's (mean logits, wins, places), so that
/// scores compare only within one ranking.
/// </param>
[GenerateSerializer, Immutable, Alias("LLMBlender.RankedCandidate")]
public sealed record RankedCandidate(
    [property: Id(0), JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Model, [property: Id(1)] string Text, [property: Id(2)] int Rank, [property: Id(3)] double Score);
