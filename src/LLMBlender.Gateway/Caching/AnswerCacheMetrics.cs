using System.Diagnostics.Metrics;

namespace LLMBlender.Gateway.Caching;

/// <summary>Metrics of the answer cache on the meter <c>LLMBlender</c>. Thread-safe.</summary>
internal sealed class AnswerCacheMetrics : IDisposable
{
    private const string Panel = "panel";
    private static readonly string[] Kinds = ["read", "write", "corrupt"];

    private readonly Meter meter = new("LLMBlender");
    private readonly Counter<long> lookups;
    private readonly Counter<long> failures;
    private readonly Counter<long> saved;

    public AnswerCacheMetrics()
    {
        lookups = meter.CreateCounter<long>("llmblender.answer_cache.lookups", "{request}", "Requests to panels with an answer cache, by result.");
        failures = meter.CreateCounter<long>("llmblender.answer_cache.failures", "{failure}", "Failures of the answer cache, by kind.");
        saved = meter.CreateCounter<long>("llmblender.answer_cache.saved", "{call}", "Calls of members that were not made, because the answer was kept.");
    }

    /// <summary>Counts a request to a panel with a cache.</summary>
    public void LookedUp(string panel, CacheResult result) => lookups.Add(1, new(Panel, panel), new("result", result.ToName()));

    /// <summary>Counts calls that were not made.</summary>
    public void Saved(string panel, int calls) => saved.Add(calls, new KeyValuePair<string, object?>(Panel, panel));

    /// <summary>Counts a failure: <c>read</c>, <c>write</c> or <c>corrupt</c>.</summary>
    public void Failed(string kind) => failures.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>Initializes the counters of failures to 0, so that a rate query includes the first one.</summary>
    public void InitializeCounters() => Array.ForEach(Kinds, kind => failures.Add(0, new KeyValuePair<string, object?>("kind", kind)));

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
