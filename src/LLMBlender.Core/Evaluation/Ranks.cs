namespace LLMBlender.Core.Evaluation;

/// <summary>Ranks of numbers.</summary>
public static class Ranks
{
    /// <summary>Ranks as defined in the paper: 1 is the highest score, ties share the smallest rank (1, 1, 3).</summary>
    public static int[] Smallest(ReadOnlySpan<double> scores)
    {
        double[] sorted = scores.ToArray();
        Array.Sort(sorted);
        int[] ranks = new int[scores.Length];
        for (int i = 0; i < ranks.Length; i++)
        {
            ranks[i] = scores.Length - Above(sorted, scores[i]) + 1;
        }

        return ranks;
    }

    /// <summary>Ranks for correlations: 1 is the lowest value, ties share the mean of their ranks (1.5, 1.5, 3).</summary>
    public static double[] Mean(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        int[] order = new int[values.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(sorted, order);
        double[] ranks = new double[values.Length];
        for (int start = 0, end; start < order.Length; start = end)
        {
            end = start + 1;
            while (end < order.Length && sorted[end] == sorted[start])
            {
                end++;
            }

            for (int i = start; i < end; i++)
            {
                ranks[order[i]] = (start + 1 + end) / 2.0;
            }
        }

        return ranks;
    }

    // The number of sorted values that are at most the value.
    private static int Above(double[] sorted, double value)
    {
        int low = 0;
        int high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = sorted[middle] <= value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
