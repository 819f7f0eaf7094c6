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
