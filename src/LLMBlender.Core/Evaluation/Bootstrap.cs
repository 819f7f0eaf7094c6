using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Evaluation;

/// <summary>
/// Efron's bootstrap (1979) over records: statistics are recomputed on records drawn with replacement, and the central 95 % of the results
/// is the interval (percentile method). Records are drawn whole, and every statistic uses the same draws, so that statistics can be
/// compared. The seed determines the draws.
/// </summary>
public sealed class Bootstrap
{
    /// <summary>The default number of draws.</summary>
    public const int DefaultResamples = 1000;

    private const double Tail = 0.025;

    // The number of times that each draw contains each record.
    private readonly ushort[][] weights;

    /// <param name="records">The number of records.</param>
    /// <param name="seed">Any number.</param>
    /// <param name="resamples">The number of draws.</param>
    public Bootstrap(int records, ulong seed, int resamples = DefaultResamples)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(records);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1);
        Records = records;
        var random = new SplitMix64(seed);
        weights = new ushort[resamples][];
        for (int i = 0; i < resamples; i++)
        {
            weights[i] = new ushort[records];
            for (int j = 0; j < records; j++)
            {
                weights[i][(int)random.Below((ulong)records)]++;
            }
        }
    }

    /// <summary>The number of records.</summary>
    public int Records { get; }

    /// <summary>The number of draws.</summary>
    public int Resamples => weights.Length;

    /// <summary>The mean over records.</summary>
    /// <param name="values">A value for each record; NaN if the record has none and is not counted.</param>
    public Interval Mean(IReadOnlyList<double> values)
    {
        if (values.Count != Records)
        {
            throw new ArgumentException($"there are {values.Count} values for {Records} records; there must be one each", nameof(values));
        }

        int[] counting = [.. Enumerable.Range(0, Records).Where(i => !double.IsNaN(values[i]))];
        return Of(counting.Length, weight =>
        {
            double sum = 0;
            long total = 0;
            foreach (int i in counting)
            {
                sum += weight(i) * values[i];
                total += weight(i);
            }

            return sum / total;
        });
    }

    /// <summary>Any statistic over records.</summary>
    /// <param name="count">The number of records that the statistic covers.</param>
    /// <param name="figure">Computes the statistic from the weight of each record; returns NaN if it is undefined.</param>
    public Interval Of(int count, Func<Func<int, int>, double> figure)
    {
        if (count == 0)
        {
            return Interval.None;
        }

        double value = figure(static _ => 1);
        double[] drawn = new double[weights.Length];
        Parallel.For(0, weights.Length, i => drawn[i] = figure(record => weights[i][record]));
        drawn = Array.FindAll(drawn, static number => !double.IsNaN(number));
        Array.Sort(drawn);
        return drawn.Length == 0
            ? new Interval(value, double.NaN, double.NaN, count)
            : new Interval(value, drawn[(int)(Tail * drawn.Length)], drawn[(int)((1 - Tail) * drawn.Length)], count);
    }
}
