using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions;

/// <summary>A candidate with its rank.</summary>
/// <param name="Model">The model that wrote it; null if unknown.</param>
/// <param name="Text">The answer.</param>
/// <param name="Rank">From 1, the best, to the number of candidates; ties share the smallest rank (1, 1, 3).</param>
/// <param name="Score">
/// The score that determines the rank; higher is better. The unit depends on the aggregation (mean logits, wins, places), so scores
/// of different rankings are not comparable.
/// </param>
[GenerateSerializer, Immutable, Alias("LLMBlender.RankedCandidate")]
public sealed record RankedCandidate(
    [property: Id(0), JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Model, [property: Id(1)] string Text, [property: Id(2)] int Rank, [property: Id(3)] double Score);
