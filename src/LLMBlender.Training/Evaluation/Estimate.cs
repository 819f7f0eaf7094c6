namespace LLMBlender.Training.Evaluation;

/// <summary>A mean over cases with its 95 % interval.</summary>
internal sealed record Estimate(double Value, double Low, double High, int Count)
{
    private const double Z = 1.959963984540054;
    private const int Resamples = 2000;

    /// <summary>A share of successes, with Wilson's score interval (1927).</summary>
    /// <exception cref="ArgumentOutOfRangeException">No trials, or more successes than trials.</exception>
    public static Estimate Share(int successes, int trials)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        double p = successes / (double)trials;
        double denominator = 1 + Z * Z / trials;
        double centre = (p + Z * Z / (2 * trials)) / denominator;
        double half = Z / denominator * Math.Sqrt(p * (1 - p) / trials + Z * Z / (4.0 * trials * trials));
        return new Estimate(p, Math.Max(0, centre - half), Math.Min(1, centre + half), trials);
    }

    /// <summary>A ratio of sums over cases (a mean where every weight is 1), with a seeded bootstrap's percentile interval.</summary>
    /// <param name="cases">Each case's contribution to numerator and denominator; cases are resampled whole.</param>
    /// <exception cref="ArgumentException">There is no case.</exception>
    public static Estimate Bootstrap(IReadOnlyList<(double Sum, double Weight)> cases)
    {
        if (cases.Count == 0)
        {
            throw new ArgumentException("at least one case is needed", nameof(cases));
        }

        var random = new Random(1);
        double[] means = new double[Resamples];
        for (int i = 0; i < Resamples; i++)
        {
            double sum = 0;
            double weight = 0;
            for (int j = 0; j < cases.Count; j++)
            {
                var (s, w) = cases[random.Next(cases.Count)];
                sum += s;
                weight += w;
            }

            means[i] = sum / weight;
        }

        Array.Sort(means);
        double value = cases.Sum(c => c.Sum) / cases.Sum(c => c.Weight);
        return new Estimate(value, means[(int)(0.025 * Resamples)], means[(int)(0.975 * Resamples)], cases.Count);
    }
}
