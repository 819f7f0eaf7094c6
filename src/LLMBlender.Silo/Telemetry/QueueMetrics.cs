using System.Diagnostics.Metrics;

namespace LLMBlender.Silo.Telemetry;

/// <summary>The queue of a silo that compares, and its accelerators.</summary>
internal sealed class QueueMetrics
{
    private const string Accelerator = "accelerator";
    private const string Ranker = "ranker";
    private const string Kind = "kind";

    private readonly Meter meter;
    private readonly Histogram<double> wait;
    private readonly Histogram<double> latency;
    private readonly Histogram<long> batchTokens;
    private readonly Histogram<long> batchComparisons;
    private readonly Histogram<double> callDuration;
    private readonly Counter<long> tokens;
    private readonly Counter<double> busy;
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
        tokens = meter.CreateCounter<long>("llmblender.accelerator.tokens", "{token}", "Tokens computed, useful ones and padding.");
        busy = meter.CreateCounter<double>("llmblender.accelerator.busy", "s", "Time in which the accelerator computed.");
        failures = meter.CreateCounter<long>("llmblender.accelerator.failures", "{call}", "Calls of a ranker that failed.");
    }

    /// <summary>Whether anybody listens to what a call says of itself.</summary>
    public bool IsWatched => busy.Enabled;

    /// <summary>An accelerator took a shard.</summary>
    public void Waited(double seconds) => wait.Record(seconds);

    /// <summary>A shard was answered.</summary>
    public void Answered(double seconds, string ranker) => latency.Record(seconds, new KeyValuePair<string, object?>(Ranker, ranker));

    /// <summary>An accelerator has computed.</summary>
    /// <param name="accelerator">Which.</param>
    /// <param name="ranker">The ranker's name.</param>
    /// <param name="comparisons">How many comparisons.</param>
    /// <param name="useful">Their tokens.</param>
    /// <param name="computed">The tokens computed, padding included.</param>
    /// <param name="seconds">How long it took.</param>
    public void Called(string accelerator, string ranker, int comparisons, long useful, long computed, double seconds)
    {
        KeyValuePair<string, object?> where = new(Accelerator, accelerator), what = new(Ranker, ranker);
        batchTokens.Record(useful, where, what);
        batchComparisons.Record(comparisons, where, what);
        callDuration.Record(seconds, where, what);
        busy.Add(seconds, where);
        tokens.Add(useful, where, what, new(Kind, "useful"));
        tokens.Add(Math.Max(0, computed - useful), where, what, new(Kind, "padding"));
    }

    /// <summary>A ranker failed on an accelerator.</summary>
    public void Failed(string accelerator, string ranker, int count = 1) =>
        failures.Add(count, new(Accelerator, accelerator), new(Ranker, ranker));

    /// <summary>Says 0 of a ranker's failures.</summary>
    public void SayZero(string accelerator, string ranker) => Failed(accelerator, ranker, 0);

    /// <summary>Shows what waits.</summary>
    public void Observe(Func<long> waitingTokens, Func<int> shards, long limit)
    {
        meter.CreateObservableGauge("llmblender.queue.tokens", waitingTokens, "{token}", "Tokens of comparisons that wait for an accelerator.");
        meter.CreateObservableGauge("llmblender.queue.shards", shards, "{shard}", "Shards that wait for an accelerator.");
        meter.CreateObservableGauge("llmblender.queue.limit", () => limit, "{token}", "Tokens that may wait at most.");
    }
}
