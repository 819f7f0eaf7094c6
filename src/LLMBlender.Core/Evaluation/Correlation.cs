namespace LLMBlender.Core.Evaluation;

/// <summary>Correlation of two series of equal length, at least 2.</summary>
public static class Correlation
{
    /// <summary>Pearson's r: the covariance over both standard deviations.</summary>
    /// <returns>From −1 to 1; NaN if a series is constant.</returns>
    public static double Pearson(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        RequirePairs(one.Length, other.Length);
        (double meanOne, double meanOther) = (Mean(one), Mean(other));
        double product = 0;
        double squaresOne = 0;
        double squaresOther = 0;
        for (int i = 0; i < one.Length; i++)
        {
            (double a, double b) = (one[i] - meanOne, other[i] - meanOther);
            product += a * b;
            squaresOne += a * a;
            squaresOther += b * b;
        }

        return squaresOne == 0 || squaresOther == 0 ? double.NaN : product / Math.Sqrt(squaresOne * squaresOther);
    }

    /// <summary>Spearman's ρ: Pearson's r of the ranks; tied values share their mean rank.</summary>
    /// <returns>From −1 to 1; NaN if a series is constant.</returns>
    public static double Spearman(ReadOnlySpan<double> one, ReadOnlySpan<double> other) => Pearson(Ranks.Mean(one), Ranks.Mean(other));

    /// <summary>
    /// Kendall's τ-b (1945): concordant minus discordant pairs, divided by the geometric mean of the numbers of untied pairs of each
    /// series.
    /// </summary>
    /// <returns>From −1 to 1; NaN if a series is constant.</returns>
    public static double Kendall(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        RequirePairs(one.Length, other.Length);
        long agreement = 0;
        long orderedOne = 0;
        long orderedOther = 0;
        for (int i = 0; i < one.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                (int a, int b) = (one[i].CompareTo(one[j]), other[i].CompareTo(other[j]));
                agreement += Math.Sign(a) * Math.Sign(b);
                orderedOne += a == 0 ? 0 : 1;
                orderedOther += b == 0 ? 0 : 1;
            }
        }

        return orderedOne == 0 || orderedOther == 0 ? double.NaN : agreement / Math.Sqrt((double)orderedOne * orderedOther);
    }

    /// <summary>Spearman's footrule: the sum of the distances between two ranks of each candidate.</summary>
    /// <returns>From 0; lower is more alike.</returns>
    public static int Footrule(ReadOnlySpan<int> one, ReadOnlySpan<int> other)
    {
        RequirePairs(one.Length, other.Length);
        int sum = 0;
        for (int i = 0; i < one.Length; i++)
        {
            sum += Math.Abs(one[i] - other[i]);
        }

        return sum;
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }

    private static void RequirePairs(int one, int other)
    {
        if (one != other || one == 0)
        {
            throw new ArgumentException($"the series have {one} and {other} numbers; they must have as many, and one at least");
        }
    }
}
