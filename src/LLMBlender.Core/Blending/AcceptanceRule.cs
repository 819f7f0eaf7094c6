using LLMBlender.Abstractions;

namespace LLMBlender.Core.Blending;

/// <summary>
/// When a ranking's first candidate is accepted: no further members are asked, and it is the answer unchanged. One that is not accepted is the
/// answer only if nothing better can be had: no stage is left, and there is no fused answer.
/// </summary>
/// <param name="Threshold">
/// The confidence from which a choice is accepted, from 0 to 1; infinite to accept none. Null to only report the confidence.
/// </param>
/// <param name="Calibration">What was measured of this panel; null to take the ranker's own confidence.</param>
public sealed record AcceptanceRule(double? Threshold, PanelCalibration? Calibration = null)
{
    /// <summary>How many answers that say the same are the answer, at least 2; null for no such rule. See <see cref="AnswerAgreement"/>.</summary>
    public int? Agree { get; init; }

    /// <summary>
    /// What a right answer instead of a wrong one is worth, above 0, in the currency of the configured prices; null for no such rule. The next stage is not asked if it is expected to
    /// cost more than the worth of the probability that the best answer so far is wrong, which is the most that it can bring.
    /// </summary>
    public decimal? Worth { get; init; }

    /// <summary>Whether choices are accepted or not, beyond reporting the confidence.</summary>
    public bool Decides => Threshold is not null || Agree is not null;

    /// <summary>The confidence in a ranking's first candidate after a stage.</summary>
    /// <param name="stage">The number of the stage, from 0.</param>
    /// <param name="answers">The number of candidates.</param>
    /// <param name="ranking">The ranking; null if there is none.</param>
    /// <returns>A probability; null if it is not known.</returns>
    public double? Confidence(int stage, int answers, RankingResponse? ranking) => Calibration is null
        ? ranking?.Confidence
        : ranking?.RankerInfo is { } ranker && ranker.Name != Calibration.Ranker ? null
        : Calibration.Confidence(stage, answers, ranking?.Confidence);

    /// <summary>Whether a choice is accepted; false if the rule does not decide.</summary>
    public bool Accepts(double? confidence) => confidence >= Threshold;
}
