using System.Diagnostics.Metrics;

namespace LLMBlender.Silo.Dispatch;

/// <summary>What the silo counts, on the meter <c>LLMBlender</c>.</summary>
internal sealed class BlendMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "LLMBlender";

    private readonly Meter meter = new(MeterName);
    private readonly Counter<long> comparisons;
    private readonly Counter<long> redispatched;
    private readonly Counter<long> cacheFailures;

    public BlendMetrics()
    {
        comparisons = meter.CreateCounter<long>(
            "llmblender.comparisons", "{comparison}", "Comparisons used, by where they came from: memory, redis, joined, computed.");
        redispatched = meter.CreateCounter<long>(
            "llmblender.comparisons.redispatched", "{comparison}", "Comparisons sent to a second silo, by reason.");
        cacheFailures = meter.CreateCounter<long>(
            "llmblender.cache.failures", "{operation}", "Operations on the shared cache that failed, by kind: read, write, skipped, dropped, corrupt.");
    }

    /// <summary>Counts comparisons by source.</summary>
    public void Compared(string source, int count) => Add(comparisons, "source", source, count);

    /// <summary>Counts comparisons sent again.</summary>
    public void Redispatched(string reason, int count) => Add(redispatched, "reason", reason, count);

    /// <summary>Counts failures of the shared cache.</summary>
    public void CacheFailed(string kind, int count = 1) => Add(cacheFailures, "kind", kind, count);

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    private static void Add(Counter<long> counter, string tag, string value, int count)
    {
        if (count > 0)
        {
            counter.Add(count, new KeyValuePair<string, object?>(tag, value));
        }
    }
}
