namespace LLMBlender.Local.Backends;

/// <summary>The last latencies of a backend: of answers, and of slow calls that were cancelled. Safe for concurrent use.</summary>
public sealed class LatencyWindow
{
    private const int Size = 512;
    private const int MinCount = 20;
    private const int SortInterval = 16;

    private readonly Lock gate = new();
    private readonly double[] seconds = new double[Size];
    private double[] sorted = [];
    private int count;
    private int sortedAt = -SortInterval;

    /// <summary>Adds the latency of an answer.</summary>
    public void Add(TimeSpan time)
    {
        lock (gate)
        {
            seconds[count++ % Size] = time.TotalSeconds;
        }
    }

    /// <summary>
    /// Adds the duration of a cancelled call if it exceeds the median. The answer would have taken even longer; without these calls,
    /// quantiles would be too low.
    /// </summary>
    public void AddGivenUp(TimeSpan time)
    {
        if (Usual(0.5) is { } median && time > median)
        {
            Add(time);
        }
    }

    /// <summary>Returns a quantile of the latencies so far, for display; null if there are none.</summary>
    /// <param name="share">The quantile, from 0 to 1.</param>
    public TimeSpan? Quantile(double share)
    {
        double[] all;
        lock (gate)
        {
            all = seconds[..Math.Min(count, Size)];
        }

        Array.Sort(all);
        return all.Length == 0 ? null : TimeSpan.FromSeconds(all[Math.Max(0, (int)Math.Ceiling(share * all.Length) - 1)]);
    }

    /// <summary>Returns a quantile of the latencies; null if there are fewer than 20.</summary>
    /// <param name="share">The quantile, from 0 to 1.</param>
    public TimeSpan? Usual(double share)
    {
        lock (gate)
        {
            if (count < MinCount)
            {
                return null;
            }

            if (count - sortedAt >= SortInterval)
            {
                sorted = seconds[..Math.Min(count, Size)];
                Array.Sort(sorted);
                sortedAt = count;
            }

            return TimeSpan.FromSeconds(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)]);
        }
    }
}
