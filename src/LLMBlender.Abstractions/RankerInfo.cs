using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions;

/// <summary>The ranker of a result: what it is, and how its logits become probabilities.</summary>
/// <param name="Name">The name that requests use.</param>
/// <param name="Kind">
/// <see cref="PairRanker"/>, <see cref="RewardModel"/>, <see cref="ChatJudge"/>, <see cref="ScoreServer"/>, or another kind of model.
/// </param>
[GenerateSerializer, Immutable, Alias("LLMBlender.RankerInfo")]
public sealed record RankerInfo([property: Id(0)] string Name, [property: Id(1)] string Kind)
{
    /// <summary>A model that reads two candidates together.</summary>
    public const string PairRanker = "pair-ranker";

    /// <summary>A model that scores each candidate alone; a pair's logit is the difference.</summary>
    public const string RewardModel = "reward-model";

    /// <summary>A chat model that judges pairs.</summary>
    public const string ChatJudge = "chat-judge";

    /// <summary>A server that scores each candidate alone.</summary>
    public const string ScoreServer = "score-server";

    /// <summary>The calibrated temperature, above 0; null if the ranker is not calibrated.</summary>
    [Id(2)]
    public double? Temperature { get; init; }

    /// <summary>True if the ranker demonstrates the program and is not meant for other use; absent otherwise.</summary>
    [Id(3), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Demonstration { get; init; }

    /// <summary>
    /// What a difference in agreement, how much of what the other candidates say a candidate says too, adds to a logit among three or more
    /// candidates (consensus): logits for agreement 1 against 0, at least 0. Absent if agreement does not count.
    /// </summary>
    [Id(4), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double ConsensusWeight { get; init; }

    /// <summary>Whether the ranker scores each candidate alone, so that all pairs of n candidates cost n calls of it.</summary>
    [JsonIgnore]
    public bool ScoresAlone => Kind is not (PairRanker or ChatJudge);

    /// <summary>
    /// The probability that the candidate a logit favours above 0 is better: σ(logit / temperature). Null if the ranker is not calibrated.
    /// </summary>
    public double? Probability(double logit) => Temperature is { } temperature ? 1 / (1 + Math.Exp(-logit / temperature)) : null;
}
