namespace LLMBlender.Core.Evaluation;

/// <summary>How well the probabilities of choices agree with how often they are right: the reliability curve.</summary>
/// <param name="Bins">The non-empty ones of ten bins of equal width from 0 to 1, the lowest first.</param>
/// <param name="ExpectedCalibrationError">The mean difference of confidence and share of right ones over the bins (Guo et al. 2017, equation 3).</param>
public sealed record Reliability(IReadOnlyList<ReliabilityBin> Bins, double ExpectedCalibrationError)
{
    private const int Count = 10;

    /// <summary>Measures choices.</summary>
    /// <param name="choices">Each choice's confidence from 0 to 1, and whether it was right: 1, 0, or a share between for a tie.</param>
    /// <exception cref="ArgumentException">There are no choices.</exception>
    public static Reliability Of(IReadOnlyList<(double Confidence, double Right)> choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        if (choices.Count == 0)
        {
            throw new ArgumentException("there are no choices", nameof(choices));
        }

        ReliabilityBin[] bins =
        [
            .. choices.GroupBy(static choice => Math.Clamp((int)(choice.Confidence * Count), 0, Count - 1))
                .OrderBy(static group => group.Key)
                .Select(static group => new ReliabilityBin(group.Count(), group.Average(static choice => choice.Confidence), group.Average(static choice => choice.Right))),
        ];
        return new Reliability(bins, bins.Sum(static bin => bin.Count * Math.Abs(bin.Confidence - bin.Right)) / choices.Count);
    }
}

/// <summary>Choices of similar confidence.</summary>
/// <param name="Count">Their number.</param>
/// <param name="Confidence">Their mean confidence.</param>
/// <param name="Right">The share of right ones.</param>
public readonly record struct ReliabilityBin(int Count, double Confidence, double Right);
