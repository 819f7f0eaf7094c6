using System.Diagnostics.Metrics;

namespace LLMBlender.Local.Telemetry;

/// <summary>
/// Cumulative counters of an accelerator. The accelerator's thread writes them, and any thread can read them: instruments that
/// observe them add no cost to calls, unlike instruments that record each call.
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

    /// <summary>Seconds that the accelerator computed.</summary>
    public double BusySeconds => Volatile.Read(ref busySeconds);

    /// <summary>Comparisons that the accelerator computed.</summary>
    public long Comparisons => Volatile.Read(ref comparisons);

    /// <summary>Counts a call of a ranker.</summary>
    /// <param name="ranker">The ranker's index.</param>
    /// <param name="count">The number of comparisons.</param>
    /// <param name="useful">Tokens without padding.</param>
    /// <param name="computed">Tokens including padding.</param>
    /// <param name="seconds">The call's duration.</param>
    public void Called(int ranker, int count, long useful, long computed, double seconds)
    {
        Volatile.Write(ref busySeconds, busySeconds + seconds);
        Volatile.Write(ref comparisons, comparisons + count);
        rankers[ranker].Add(useful, Math.Max(0, computed - useful));
    }

    /// <summary>Returns the measurement of <see cref="BusySeconds"/>.</summary>
    public Measurement<double> Busy() => new(BusySeconds, label);

    /// <summary>Returns the measurements of tokens: useful tokens and padding of each ranker.</summary>
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
