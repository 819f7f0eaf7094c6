using System.Diagnostics.Metrics;

namespace LLMBlender.Local.Telemetry;

/// <summary>The queue of a silo that compares, and its accelerators.</summary>
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
        wait = meter.CreateHistogram("llmblender.queue.wait", "s", "Time of a shard in the queue until an accelerator took it.", null, Buckets.Seconds);
        latency = meter.CreateHistogram(
            "llmblender.comparison.latency", "s", "Time from a shard's arrival at a worker to its last logit.", null, Buckets.Seconds);
        batchTokens = meter.CreateHistogram(
            "llmblender.batch.tokens", "{token}", "Tokens of the pairs of one call of a ranker, without padding.", null, Buckets.BatchTokens);
        batchComparisons = meter.CreateHistogram(
            "llmblender.batch.comparisons", "{comparison}", "Comparisons of one call of a ranker.", null, Buckets.Count);
        callDuration = meter.CreateHistogram("llmblender.accelerator.call.duration", "s", "Time of one call of a ranker.", null, Buckets.Seconds);
        failures = meter.CreateCounter<long>("llmblender.accelerator.failures", "{call}", "Calls of a ranker that failed.");
    }

    /// <summary>Whether a call's own measurements have listeners.</summary>
    public bool IsWatched => callDuration.Enabled;

    /// <summary>An accelerator took a shard.</summary>
    public void Waited(double seconds) => wait.Record(seconds);

    /// <summary>A shard was answered.</summary>
    public void Answered(double seconds, string ranker) => latency.Record(seconds, new KeyValuePair<string, object?>(Ranker, ranker));

    /// <summary>An accelerator has computed.</summary>
    /// <param name="accelerator">Which.</param>
    /// <param name="ranker">The ranker's name.</param>
    /// <param name="comparisons">How many comparisons.</param>
    /// <param name="tokens">Their tokens.</param>
    /// <param name="seconds">How long it took.</param>
    public void Called(string accelerator, string ranker, int comparisons, long tokens, double seconds)
    {
        KeyValuePair<string, object?> where = new(Accelerator, accelerator), what = new(Ranker, ranker);
        batchTokens.Record(tokens, where, what);
        batchComparisons.Record(comparisons, where, what);
        callDuration.Record(seconds, where, what);
    }

    /// <summary>A ranker failed on an accelerator.</summary>
    public void Failed(string accelerator, string ranker, int count = 1) =>
        failures.Add(count, new(Accelerator, accelerator), new(Ranker, ranker));

    /// <summary>Initialises the counters of a ranker's failures.</summary>
    public void InitializeCounters(string accelerator, string ranker) => Failed(accelerator, ranker, 0);

    /// <summary>Shows what waits, and what the accelerators have done.</summary>
    public void Observe(Func<long> waitingTokens, Func<int> shards, long limit, AcceleratorCounters[] counters)
    {
        meter.CreateObservableCounter(
            "llmblender.accelerator.tokens", () => counters.SelectMany(static accelerator => accelerator.Tokens()), "{token}", "Tokens computed, useful ones and padding.");
        meter.CreateObservableCounter(
            "llmblender.accelerator.busy", () => counters.Select(static accelerator => accelerator.Busy()), "s", "Time in which the accelerator computed.");
        meter.CreateObservableGauge("llmblender.queue.tokens", waitingTokens, "{token}", "Tokens of comparisons that wait for an accelerator.");
        meter.CreateObservableGauge("llmblender.queue.shards", shards, "{shard}", "Shards that wait for an accelerator.");
        meter.CreateObservableGauge("llmblender.queue.limit", () => limit, "{token}", "Tokens that may wait at most.");
    }
}
