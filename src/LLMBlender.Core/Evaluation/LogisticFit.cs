namespace LLMBlender.Core.Evaluation;

/// <summary>
/// A logistic calibration of probabilities: σ(slope · logit(p) + offset) (Platt 1999). The slope is not below 0, so that the order of the
/// probabilities stays.
/// </summary>
/// <param name="Slope">Not below 0.</param>
/// <param name="Offset">The offset.</param>
public readonly record struct LogisticFit(double Slope, double Offset)
{
    private const int Steps = 100;
    private const double Least = 1e-6;
    private const double Ridge = 1e-6;

    /// <summary>The calibrated probability.</summary>
    /// <param name="confidence">From 0 to 1.</param>
    public double Probability(double confidence) => Sigmoid((Slope * Logit(confidence)) + Offset);

    /// <summary>
    /// Fits by maximum likelihood to Platt's targets, (n₊ + 1) / (n₊ + 2) for right ones and 1 / (n₋ + 2) for others, which keep the parameters
    /// finite.
    /// </summary>
    /// <param name="choices">Each choice's confidence, and whether it was right.</param>
    /// <exception cref="ArgumentException">There are no choices.</exception>
    public static LogisticFit Of(IReadOnlyList<(double Confidence, bool IsRight)> choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        var constant = Constant([.. choices.Select(static choice => choice.IsRight)]);
        var right = choices.Count(static choice => choice.IsRight);
        var (yes, no) = ((right + 1.0) / (right + 2), 1.0 / (choices.Count - right + 2));
        var (slope, offset) = (1.0, 0.0);
        for (var step = 0; step < Steps; step++)
        {
            // Newton's method on the log loss, which is convex.
            double a = Ridge, b = 0, c = Ridge, u = 0, v = 0;
            foreach (var (confidence, isRight) in choices)
            {
                var x = Logit(confidence);
                var p = Sigmoid((slope * x) + offset);
                var (weight, error) = (p * (1 - p), p - (isRight ? yes : no));
                (a, b, c) = (a + (weight * x * x), b + (weight * x), c + weight);
                (u, v) = (u + (error * x), v + error);
            }

            var determinant = (a * c) - (b * b);
            var (ds, dof) = (((c * u) - (b * v)) / determinant, ((a * v) - (b * u)) / determinant);
            // Bounded steps: a full one can overshoot where all probabilities are near 0 or 1.
            (slope, offset) = (slope - Math.Clamp(ds, -1, 1), offset - Math.Clamp(dof, -1, 1));
            if (Math.Abs(ds) + Math.Abs(dof) < 1e-10)
            {
                break;
            }
        }

        return slope > 0 && double.IsFinite(slope) && double.IsFinite(offset) ? new LogisticFit(slope, offset) : constant;
    }

    /// <summary>The fit that gives every choice the same probability: the share of right ones, (n₊ + 1) / (n + 2).</summary>
    /// <param name="choices">Whether each choice was right.</param>
    /// <exception cref="ArgumentException">There are no choices.</exception>
    public static LogisticFit Constant(IReadOnlyList<bool> choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        if (choices.Count == 0)
        {
            throw new ArgumentException("there are no judged choices", nameof(choices));
        }

        return new LogisticFit(0, Logit((choices.Count(static isRight => isRight) + 1.0) / (choices.Count + 2)));
    }

    /// <summary>σ(x).</summary>
    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Logit(double p) => Math.Log(Math.Clamp(p, Least, 1 - Least) / (1 - Math.Clamp(p, Least, 1 - Least)));
}
