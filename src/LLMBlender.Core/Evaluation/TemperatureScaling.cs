namespace LLMBlender.Core.Evaluation;

/// <summary>
/// Temperature scaling (Guo et al. 2017, section 4.2) of a pairwise ranker: the probability that the first candidate is better is
/// σ(logit / T). Without a bias, so that swapping the candidates gives the complement.
/// </summary>
public static class TemperatureScaling
{
    private const int Bins = 10;
    private const int Halvings = 200;
    private const double Range = 1e6;

    /// <summary>Fits the temperature of maximum likelihood, which is unique because the log loss is convex in 1/T.</summary>
    /// <param name="pairs">
    /// Each pair's logit, above 0 if the first candidate is better, and its judgement: 1 if the first is better, 0 if the second is, 1/2 for a tie.
    /// </param>
    /// <exception cref="ArgumentException">There are no pairs, or no temperature is best: the message contains the reason.</exception>
    public static TemperatureFit Fit(IReadOnlyList<(double Logit, double Judged)> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        if (pairs.Count == 0)
        {
            throw new ArgumentException("there are no judged pairs", nameof(pairs));
        }

        var scale = pairs.Average(static pair => Math.Abs(pair.Logit));
        if (scale == 0 || Slope(pairs, 0) >= 0)
        {
            throw new ArgumentException("the logits order these pairs no better than chance, so that no temperature fits", nameof(pairs));
        }

        var (low, high) = (1 / (Range * scale), Range / scale);
        if (Slope(pairs, high) <= 0)
        {
            throw new ArgumentException("the logits order all pairs as they are judged, so that no finite temperature fits: more pairs are needed", nameof(pairs));
        }

        for (var i = 0; i < Halvings; i++)
        {
            var middle = Math.Sqrt(low * high);
            (low, high) = Slope(pairs, middle) < 0 ? (middle, high) : (low, middle);
        }

        var temperature = 1 / Math.Sqrt(low * high);
        return new TemperatureFit(temperature, pairs.Count, Measure(pairs, 1), Measure(pairs, temperature));
    }

    /// <summary>Measures the probabilities at a temperature.</summary>
    /// <param name="pairs">Logits and judgements, as for <see cref="Fit"/>.</param>
    /// <param name="temperature">The temperature, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not above 0.</exception>
    public static CalibrationQuality Measure(IReadOnlyList<(double Logit, double Judged)> pairs, double temperature)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        var loss = 0.0;
        var (confidence, right) = (new double[Bins], new double[Bins]);
        foreach (var (logit, judged) in pairs)
        {
            var x = logit / temperature;
            loss += Math.Max(x, 0) - (judged * x) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
            var sure = Sigmoid(Math.Abs(x));
            var bin = Math.Min(Bins - 1, (int)((sure - 0.5) * 2 * Bins));
            confidence[bin] += sure;
            right[bin] += x == 0 ? 0.5 : x > 0 ? judged : 1 - judged;
        }

        return new CalibrationQuality(loss / pairs.Count, confidence.Zip(right, static (c, r) => Math.Abs(c - r)).Sum() / pairs.Count);
    }

    // The derivative of the summed log loss by 1/T.
    private static double Slope(IReadOnlyList<(double Logit, double Judged)> pairs, double inverse) =>
        pairs.Sum(pair => (Sigmoid(inverse * pair.Logit) - pair.Judged) * pair.Logit);

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}

/// <summary>A fitted temperature.</summary>
/// <param name="Temperature">The temperature, above 0.</param>
/// <param name="Pairs">The number of judged pairs.</param>
/// <param name="Before">The quality of the probabilities at temperature 1.</param>
/// <param name="After">The quality at the fitted temperature.</param>
public sealed record TemperatureFit(double Temperature, int Pairs, CalibrationQuality Before, CalibrationQuality After);

/// <summary>The quality of probabilities.</summary>
/// <param name="LogLoss">The mean negative log-likelihood of the judgements, in nats; ln 2 if all probabilities are 1/2.</param>
/// <param name="ExpectedCalibrationError">
/// The mean difference of confidence and accuracy, in ten bins of the confidence from 1/2 to 1 (Guo et al. 2017, equation 3).
/// </param>
public readonly record struct CalibrationQuality(double LogLoss, double ExpectedCalibrationError);
