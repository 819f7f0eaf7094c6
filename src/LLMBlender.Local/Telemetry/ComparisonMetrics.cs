using System.Diagnostics.Metrics;

namespace LLMBlender.Local.Telemetry;

/// <summary>Metrics of comparisons, by result, and of their cache.</summary>
public sealed class ComparisonMetrics
{
    /// <summary>An accelerator computed the comparison.</summary>
    public const string Computed = "computed";

    /// <summary>The comparison was in this process's memory.</summary>
    public const string Memory = "memory";

    /// <summary>The comparison was in the cluster's shared store.</summary>
    public const string Redis = "redis";

    /// <summary>Another request was already computing the comparison.</summary>
    public const string Joined = "joined";

    /// <summary>The comparison failed.</summary>
    public const string Failed = "failed";

    private const string Result = "result";
    private static readonly string[] FailureKinds = ["read", "write", "skipped", "dropped", "corrupt"];
    private static readonly string[] RedispatchReasons = ["late", "unreachable", "overloaded", "faulted"];

    private readonly Meter meter;
    private readonly StatusCounters status;
    private readonly LookupCounters[] lookups = [new(Memory), new(Redis)];
    private readonly Counter<long> redispatched;
    private readonly Counter<long> cacheFailures;

    public ComparisonMetrics(Meter meter, StatusCounters status)
    {
        (this.meter, this.status) = (meter, status);

        // Every ranking counts these: observable instruments read them only when metrics are collected.
        meter.CreateObservableCounter("llmblender.comparisons", Comparisons, "{comparison}", "Requested comparisons, by result.");
        meter.CreateObservableCounter(
            "llmblender.cache.lookups", () => lookups.SelectMany(static layer => layer.Read()), "{lookup}", "Lookups of comparisons in a layer of the cache, by result.");
        redispatched = meter.CreateCounter<long>(
            "llmblender.comparisons.redispatched", "{comparison}", "Comparisons sent to a second silo, by reason.");
        cacheFailures = meter.CreateCounter<long>(
            "llmblender.cache.failures", "{operation}", "Operations on the shared cache that failed, by kind.");
    }

    /// <summary>Counts comparisons by result.</summary>
    public void Compared(string result, int count)
    {
        if (count > 0)
        {
            status.Compared(result, count);
        }
    }

    /// <summary>Counts comparisons sent to a second silo.</summary>
    public void Redispatched(string reason, int count) => Add(redispatched, "reason", reason, count);

    /// <summary>Counts lookups in a layer, <see cref="Memory"/> or <see cref="Redis"/>.</summary>
    public void LookedUp(string layer, int hits, int misses) => lookups[layer == Memory ? 0 : 1].Add(hits, misses);

    /// <summary>Counts failures of the shared cache.</summary>
    public void CacheFailed(string kind, int count = 1) => Add(cacheFailures, "kind", kind, count);

    /// <summary>Observes the number of logits in memory and its limit.</summary>
    public void Observe(Func<int> entries, int limit)
    {
        meter.CreateObservableGauge("llmblender.cache.entries", entries, "{entry}", "Comparisons in this process's memory.");
        meter.CreateObservableGauge("llmblender.cache.entries.limit", () => limit, "{entry}", "Maximum number of comparisons in this process's memory.");
    }

    /// <summary>Initializes the counters of each kind to 0.</summary>
    public void InitializeCounters()
    {
        foreach (var kind in FailureKinds)
        {
            cacheFailures.Add(0, new KeyValuePair<string, object?>("kind", kind));
        }

        foreach (var reason in RedispatchReasons)
        {
            redispatched.Add(0, new KeyValuePair<string, object?>("reason", reason));
        }
    }

    private Measurement<long>[] Comparisons()
    {
        var counts = status.Comparisons;
        return [Of(counts.Computed, Computed), Of(counts.Memory, Memory), Of(counts.Redis, Redis), Of(counts.Joined, Joined), Of(counts.Failed, Failed)];

        static Measurement<long> Of(long count, string result) => new(count, new KeyValuePair<string, object?>(Result, result));
    }

    private static void Add(Counter<long> counter, string tag, string value, int count)
    {
        if (count > 0)
        {
            counter.Add(count, new KeyValuePair<string, object?>(tag, value));
        }
    }

    private sealed class LookupCounters(string layer)
    {
        private long hits;
        private long misses;

        public void Add(int hits, int misses)
        {
            Interlocked.Add(ref this.hits, hits);
            Interlocked.Add(ref this.misses, misses);
        }

        public Measurement<long>[] Read() =>
            [new(Interlocked.Read(ref hits), new("layer", layer), new(Result, "hit")), new(Interlocked.Read(ref misses), new("layer", layer), new(Result, "miss"))];
    }
}
