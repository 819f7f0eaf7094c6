using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Blending;

/// <summary>
/// What judged questions say about a panel's choices: after each stage, the probability that the choice is right, and how often it was wrong where it was
/// accepted. Half of the questions give the probabilities, the other half the counts, so that the counts are of questions that the probabilities
/// have not seen.
/// </summary>
public sealed record PanelCalibration
{
    /// <summary>The number of thresholds that are counted: 0, 1/50, …, 49/50.</summary>
    public const int Levels = 50;

    /// <summary>
    /// The probability, over the drawing of the calibration's questions, that <see cref="ThresholdFor"/> exceeds its risk.
    /// </summary>
    public const double Doubt = 0.1;

    /// <summary>The ranker's name.</summary>
    public required string Ranker { get; init; }

    /// <summary>The stages, the first one first; one for a panel that asks all members at once.</summary>
    public required IReadOnlyList<StageCalibration> Stages { get; init; }

    /// <summary>At each level, the number of questions of which a stage's choice was accepted.</summary>
    public required IReadOnlyList<int> Accepted { get; init; }

    /// <summary>At each level, how many of them were wrong.</summary>
    public required IReadOnlyList<int> Wrong { get; init; }

    /// <summary>The calibrated confidence after a stage.</summary>
    /// <param name="stage">The number of the stage, from 0.</param>
    /// <param name="answers">The number of candidates.</param>
    /// <param name="confidence">The ranker's own confidence; null for none.</param>
    /// <returns>A probability; null if the ranking has no confidence, and more than one candidate was expected or there is one.</returns>
    public double? Confidence(int stage, int answers, double? confidence) => stage < Stages.Count
        ? Stages[stage].Probability(answers, confidence)
        : null;

    /// <summary>
    /// The lowest threshold at which at most the share <paramref name="risk"/> of the accepted choices is wrong, with probability at least
    /// 1 − <see cref="Doubt"/> over the calibration's questions, for questions drawn as they were; null if none is known to be.
    /// </summary>
    /// <remarks>
    /// Learn then Test (Angelopoulos et al. 2021): at a fixed threshold the number of wrong choices is binomial given the number of accepted
    /// ones, so that P(Bin(accepted, risk) ≤ wrong) is a p-value of the hypothesis that the risk is exceeded. Bonferroni's correction makes it
    /// valid for all levels at once, and the lowest rejected one accepts most.
    /// </remarks>
    /// <param name="risk">Above 0 and below 1.</param>
    public double? ThresholdFor(double risk)
    {
        for (var level = 0; level < Levels; level++)
        {
            if (Binomial.AtMost(Wrong[level], Accepted[level], risk) <= Doubt / Levels)
            {
                return (double)level / Levels;
            }
        }

        return null;
    }
}

/// <summary>How a stage's confidence becomes the probability that its choice is right: σ(slope · logit(confidence) + offset) (Platt 1999).</summary>
/// <param name="Members">The names of the answers that the stage adds.</param>
/// <param name="Slope">Not below 0; null for a stage with a single answer, which has no confidence and of which the probability is σ(offset).</param>
/// <param name="Offset">The offset.</param>
public sealed record StageCalibration(IReadOnlyList<string> Members, double? Slope, double Offset)
{
    /// <summary>The probability that the choice after this stage is right; null if not known.</summary>
    /// <param name="answers">The number of candidates.</param>
    /// <param name="confidence">The ranker's confidence; null for none.</param>
    public double? Probability(int answers, double? confidence) => Slope is null
        ? answers == 1 ? LogisticFit.Sigmoid(Offset) : null
        : confidence is { } known ? new LogisticFit(Slope.Value, Offset).Probability(known) : null;
}
