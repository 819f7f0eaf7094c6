using LLMBlender.Training.Data;

namespace LLMBlender.Training.Runs;

/// <summary>Scores pairs in both orders.</summary>
internal interface IPairScorer
{
    /// <summary>Tokens of a candidate at least read, its three control tokens included.</summary>
    int CandidateMaxLength { get; }

    /// <summary>What a difference in agreement adds to a logit among three or more candidates, in logits.</summary>
    double ConsensusWeight => 0;

    /// <summary>
    /// For each pair the logit with the better candidate first, and the logit with the worse one first. Their difference is positive
    /// when the two orders together find the better one.
    /// </summary>
    /// <remarks>A candidate may use half of what the source leaves of its limit.</remarks>
    IReadOnlyList<(float BetterFirst, float WorseFirst)> Score(IReadOnlyList<TrainingPair> pairs);
}
