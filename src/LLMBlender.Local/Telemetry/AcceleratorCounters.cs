using System.Diagnostics.Metrics;

namespace LLMBlender.Local.Telemetry;

/// <summary>
/// An accelerator's work so far. Its own thread counts, and any thread reads: a meter that reads now and then costs calls nothing,
/// one that records each call does.
/// </summary>
public sealed class AcceleratorCounters
{
    private readonly RankerTokens[] rankers;
    private readonly KeyValuePair<string, object?> label;
    private double busySeconds;
    private long comparisons;

    /// <param name="accelerator">The accelerator's name.</param>
    /// <param name="rankers">The names of its rankers.</param>
    public AcceleratorCounters(string accelerator, IEnumerable<string> rankers)
    {
        label = new(QueueMetrics.Accelerator, accelerator);
        this.rankers = [.. rankers.Select(ranker => new RankerTokens(label, ranker))];
    }

    /// <summary>Seconds in which it computed.</summary>
    public double BusySeconds => Volatile.Read(ref busySeconds);

    /// <summary>Comparisons that it made.</summary>
    public long Comparisons => Volatile.Read(ref comparisons);

    /// <summary>It has made a call.</summary>
    /// <param name="ranker">Which of its rankers was called.</param>
    /// <param name="count">How many comparisons.</param>
    /// <param name="useful">Their tokens.</param>
    /// <param name="computed">The tokens computed, padding included.</param>
    /// <param name="seconds">How long it took.</param>
    public void Called(int ranker, int count, long useful, long computed, double seconds)
    {
        Volatile.Write(ref busySeconds, busySeconds + seconds);
        Volatile.Write(ref comparisons, comparisons + count);
        rankers[ranker].Add(useful, Math.Max(0, computed - useful));
    }

    /// <summary>The seconds as a meter reads them.</summary>
    public Measurement<double> Busy() => new(BusySeconds, label);

    /// <summary>The tokens as a meter reads them: of each ranker, useful ones and padding.</summary>
    public IEnumerable<Measurement<long>> Tokens() => rankers.SelectMany(static ranker => ranker.Read());

    private sealed class RankerTokens(KeyValuePair<string, object?> accelerator, string ranker)
    {
        private readonly KeyValuePair<string, object?>[] usefulLabels = [accelerator, new(QueueMetrics.Ranker, ranker), new("kind", "useful")];
        private readonly KeyValuePair<string, object?>[] paddingLabels = [accelerator, new(QueueMetrics.Ranker, ranker), new("kind", "padding")];
        private long useful;
        private long padding;

        public void Add(long useful, long padding)
        {
            Volatile.Write(ref this.useful, this.useful + useful);
            Volatile.Write(ref this.padding, this.padding + padding);
        }

        public Measurement<long>[] Read() => [new(Volatile.Read(ref useful), usefulLabels), new(Volatile.Read(ref padding), paddingLabels)];
    }
}
