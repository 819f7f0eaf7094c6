using System.Diagnostics.Metrics;

namespace LLMBlender.Local.Telemetry;

/// <summary>Metrics of a worker silo's queue and accelerators.</summary>
public sealed class QueueMetrics
{
    /// <summary>The label of an accelerator's name.</summary>
    public const string Accelerator = "accelerator";

    /// <summary>The label of a ranker's name.</summary>
    public const string Ranker = "ranker";

    private readonly Meter meter;
    private readonly Histogram<double> wait;
    private readonly Histogram<double> latency;
    private readonly Histogram<long> batchTokens;
    private readonly Histogram<long> batchComparisons;
    private readonly Histogram<double> callDuration;
    private readonly Counter<long> failures;

    public QueueMetrics(Meter meter)
    {
        this.meter = meter;
        wait = meter.CreateHistogram("llmblender.queue.wait", "s", "Time of a shard in the queue.", null, Buckets.Seconds);
        latency = meter.CreateHistogram(
            "llmblender.comparison.latency", "s", "Time from a shard's arrival at a worker to its last logit.", null, Buckets.Seconds);
        batchTokens = meter.CreateHistogram(
            "llmblender.batch.tokens", "{token}", "Tokens of the pairs of one call of a ranker, without padding.", null, Buckets.BatchTokens);
        batchComparisons = meter.CreateHistogram(
            "llmblender.batch.comparisons", "{comparison}", "Comparisons of one call of a ranker.", null, Buckets.Count);
        callDuration = meter.CreateHistogram("llmblender.accelerator.call.duration", "s", "Time of one call of a ranker.", null, Buckets.Seconds);
        failures = meter.CreateCounter<long>("llmblender.accelerator.failures", "{call}", "Calls of a ranker that failed.");
    }

    /// <summary>Whether the measurements of a call have listeners.</summary>
    public bool IsWatched => callDuration.Enabled;

    /// <summary>Records a shard's time in the queue.</summary>
    public void Waited(double seconds) => wait.Record(seconds);

    /// <summary>Records a shard's time from arrival to its last logit.</summary>
    public void Answered(double seconds, string ranker) => latency.Record(seconds, new KeyValuePair<string, object?>(Ranker, ranker));

    /// <summary>Records a call of a ranker.</summary>
    /// <param name="accelerator">The accelerator's name.</param>
    /// <param name="ranker">The ranker's name.</param>
    /// <param name="comparisons">The number of comparisons.</param>
    /// <param name="tokens">Tokens without padding.</param>
    /// <param name="seconds">The call's duration.</param>
    public void Called(string accelerator, string ranker, int comparisons, long tokens, double seconds)
    {
        KeyValuePair<string, object?> where = new(Accelerator, accelerator), what = new(Ranker, ranker);
        batchTokens.Record(tokens, where, what);
        batchComparisons.Record(comparisons, where, what);
        callDuration.Record(seconds, where, what);
    }

    /// <summary>Counts failed calls of a ranker on an accelerator.</summary>
    public void Failed(string accelerator, string ranker, int count = 1) =>
        failures.Add(count, new(Accelerator, accelerator), new(Ranker, ranker));

    /// <summary>Initializes the counter of a ranker's failures to 0.</summary>
    public void InitializeCounters(string accelerator, string ranker) => Failed(accelerator, ranker, 0);

    /// <summary>Observes the memory of each accelerator; no measurement where none is reported.</summary>
    public void ObserveMemory(IReadOnlyList<(string Accelerator, Func<(long Used, long Total)?> Read)> accelerators) => meter.CreateObservableGauge(
        "llmblender.accelerator.memory",
        () => accelerators.SelectMany(static accelerator => accelerator.Read() is var (used, total)
            ? (Measurement<long>[])[Of(used, accelerator.Accelerator, "used"), Of(total, accelerator.Accelerator, "total")]
            : []),
        "By",
        "Memory of the accelerator in use and its total.");

    /// <summary>Observes the maximum size of each accelerator's batches, and how long the warm-up took.</summary>
    public void ObserveWarmUp(IEnumerable<(string Accelerator, string Ranker, int BatchTokens, double Seconds)> rankers)
    {
        var all = rankers.ToArray();
        meter.CreateObservableGauge(
            "llmblender.accelerator.batch.limit",
            () => all.Select(static one => new Measurement<int>(one.BatchTokens, new(Accelerator, one.Accelerator), new(Ranker, one.Ranker))),
            "{token}",
            "Maximum number of tokens in a batch, padding included.");
        meter.CreateObservableGauge(
            "llmblender.accelerator.warmup",
            () => all.Select(static one => new Measurement<double>(one.Seconds, new(Accelerator, one.Accelerator), new(Ranker, one.Ranker))),
            "s",
            "Time of the warm-up before the process was ready.");
    }

    private static Measurement<long> Of(long bytes, string accelerator, string kind) => new(bytes, new(Accelerator, accelerator), new("kind", kind));

    /// <summary>Observes the queue and the accelerators' counters.</summary>
    public void Observe(Func<long> waitingTokens, Func<int> shards, long limit, AcceleratorCounters[] counters)
    {
        meter.CreateObservableCounter(
            "llmblender.accelerator.tokens", () => counters.SelectMany(static accelerator => accelerator.Tokens()), "{token}", "Tokens computed, useful ones and padding.");
        meter.CreateObservableCounter(
            "llmblender.accelerator.busy", () => counters.Select(static accelerator => accelerator.Busy()), "s", "Time in which the accelerator computed.");
        meter.CreateObservableGauge("llmblender.queue.tokens", waitingTokens, "{token}", "Tokens of comparisons that wait for an accelerator.");
        meter.CreateObservableGauge("llmblender.queue.shards", shards, "{shard}", "Shards that wait for an accelerator.");
        meter.CreateObservableGauge("llmblender.queue.limit", () => limit, "{token}", "Maximum number of tokens that may wait.");
    }
}
