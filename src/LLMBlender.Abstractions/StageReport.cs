using System.Text.Json.Serialization;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Abstractions;

/// <summary>A stage of a panel that asks its members in stages.</summary>
/// <param name="Members">The names of the answers that the stage adds.</param>
/// <param name="Outcome">What followed from them.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.StageReport")]
public sealed record StageReport([property: Id(0)] string[] Members, [property: Id(1)] StageOutcome Outcome)
{
    /// <summary>The probability that the best answer so far is right; null if not known.</summary>
    [Id(2)]
    public double? Confidence { get; init; }

    /// <summary>
    /// The probabilities, by the panel's route, that each member's answer is the best of the panel's; null for a member that the route does not know.
    /// Absent if the panel has no route.
    /// </summary>
    [Id(3)]
    public double?[]? Probabilities { get; init; }
}

/// <summary>What followed from a stage's answers.</summary>
[GenerateSerializer, Alias("LLMBlender.StageOutcome")]
[JsonConverter(typeof(SnakeCaseEnumConverter<StageOutcome>))]
public enum StageOutcome
{
    /// <summary>The best answer so far was accepted, and no further stage was asked.</summary>
    Accepted,

    /// <summary>The best answer so far was not accepted: the next stage was asked, if there is one.</summary>
    Unsure,

    /// <summary>No member has answered so far: the next stage was asked, if there is one.</summary>
    NoAnswer,

    /// <summary>The stage was not asked, because an earlier one's answer was accepted, or its members were not worth asking.</summary>
    NotAsked,

    /// <summary>The members that the panel's route chose have answered.</summary>
    Answered,

    /// <summary>The best answer so far was not accepted, and the request's limit of cost or calls allows no further stage.</summary>
    Spent,

    /// <summary>As many answers as the panel wants were alike: they are the answer, and no further stage was asked.</summary>
    Agreed,

    /// <summary>The next stage costs more than it can bring: the best answer so far is the answer.</summary>
    NotWorth,
}
