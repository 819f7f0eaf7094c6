namespace LLMBlender.Core.Evaluation;

/// <summary>The binomial distribution.</summary>
public static class Binomial
{
    /// <summary>The probability of at most <paramref name="successes"/> of <paramref name="trials"/>.</summary>
    /// <param name="successes">From 0 to <paramref name="trials"/>.</param>
    /// <param name="trials">From 0.</param>
    /// <param name="probability">The probability of a success, above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static double AtMost(int successes, int trials, double probability)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trials);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        if (probability is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "the probability must be above 0 and below 1");
        }

        // The terms in logarithms: the first one underflows for many trials.
        var log = trials * Math.Log(1 - probability);
        var odds = Math.Log(probability / (1 - probability));
        var sum = 0.0;
        for (var k = 0; k <= successes; k++)
        {
            sum += Math.Exp(log);
            log += Math.Log((double)(trials - k) / (k + 1)) + odds;
        }

        return Math.Min(1, sum);
    }
}
