namespace LLMBlender.Local.Backends;

/// <summary>The times of the last answers, and of those that were waited for no longer. Safe for concurrent use.</summary>
public sealed class LatencyWindow
{
    private const int Size = 512;
    private const int Enough = 20;
    private const int Fresh = 16;

    private readonly Lock gate = new();
    private readonly double[] seconds = new double[Size];
    private double[] sorted = [];
    private int count;
    private int sortedAt = -Fresh;

    /// <summary>Adds an answer's time.</summary>
    public void Add(TimeSpan time)
    {
        lock (gate)
        {
            seconds[count++ % Size] = time.TotalSeconds;
        }
    }

    /// <summary>
    /// Adds a wait that was given up. It counts only where it was longer than most: the answer would have been later still, and
    /// without these, slow answers would seem rare.
    /// </summary>
    public void AddGivenUp(TimeSpan time)
    {
        if (Usual(0.5) is { } middle && time > middle)
        {
            Add(time);
        }
    }

    /// <summary>The time within which a share of answers came; null before there are enough.</summary>
    /// <param name="share">From 0 to 1.</param>
    public TimeSpan? Usual(double share)
    {
        lock (gate)
        {
            if (count < Enough)
            {
                return null;
            }

            if (count - sortedAt >= Fresh)
            {
                sorted = seconds[..Math.Min(count, Size)];
                Array.Sort(sorted);
                sortedAt = count;
            }

            return TimeSpan.FromSeconds(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)]);
        }
    }
}
