namespace LLMBlender.Core.Ranking;

/// <summary>The standard normal distribution.</summary>
internal static class Normal
{
    /// <summary>The density at <paramref name="x"/>.</summary>
    public static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    /// <summary>The probability of a value above <paramref name="x"/>, accurate to 1e-7.</summary>
    /// <remarks>Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17.</remarks>
    public static double Tail(double x)
    {
        if (x < 0)
        {
            return 1 - Tail(-x);
        }

        var t = 1 / (1 + (0.2316419 * x));
        var polynomial = t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return Density(x) * polynomial;
    }
}
