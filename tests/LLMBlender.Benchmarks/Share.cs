namespace LLMBlender.Benchmarks;

/// <summary>A share of trials.</summary>
internal static class Share
{
    /// <summary>Wilson's interval of 95 %.</summary>
    /// <param name="successes">How many trials had the outcome.</param>
    /// <param name="count">How many there were.</param>
    public static (double Low, double High) Interval(int successes, int count)
    {
        const double Z = 1.96;
        var (share, spread) = ((double)successes / count, Z * Z / count);
        var half = Z * Math.Sqrt((share * (1 - share) / count) + (spread / (4 * count)));
        return ((share + (spread / 2) - half) / (1 + spread), (share + (spread / 2) + half) / (1 + spread));
    }
}
