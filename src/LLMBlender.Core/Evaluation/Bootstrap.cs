using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Evaluation;

/// <summary>
/// Efron's bootstrap (1979) over records: figures are computed again on records drawn with replacement, and 95 % of what comes out is
/// the interval (percentile method). Records are drawn whole, and every figure sees the same draws, so that figures can be compared. A
/// seed fixes the draws for good.
/// </summary>
public sealed class Bootstrap
{
    /// <summary>Draws where no other number is asked for.</summary>
    public const int DefaultResamples = 1000;

    private const double Tail = 0.025;

    // How often each draw holds each record.
    private readonly ushort[][] weights;

    /// <param name="records">How many records there are.</param>
    /// <param name="seed">Any number.</param>
    /// <param name="resamples">How many draws.</param>
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

    /// <summary>How many records there are.</summary>
    public int Records { get; }

    /// <summary>How many draws.</summary>
    public int Resamples => weights.Length;

    /// <summary>A mean over records.</summary>
    /// <param name="values">A number for each; NaN for a record that has none and does not count.</param>
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

    /// <summary>Any figure over records.</summary>
    /// <param name="count">Over how many records it is.</param>
    /// <param name="figure">Computes it of how often each record counts; NaN where that says nothing.</param>
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
