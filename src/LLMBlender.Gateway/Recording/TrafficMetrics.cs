using System.Diagnostics.Metrics;

namespace LLMBlender.Gateway.Recording;

/// <summary>Metrics of the recorder on the meter <c>LLMBlender</c>. Thread-safe.</summary>
internal sealed class TrafficMetrics : IDisposable
{
    private static readonly string[] Results = ["written", "dropped", "failed"];

    private readonly Meter meter = new("LLMBlender");
    private readonly Counter<long> records;

    public TrafficMetrics() =>
        records = meter.CreateCounter<long>("llmblender.recording.records", "{record}", "Recorded blends and feedback, by result: written, dropped because the disk is too slow, or failed.");

    /// <summary>Counts a record: <c>written</c>, <c>dropped</c> or <c>failed</c>.</summary>
    public void Count(string result) => records.Add(1, new KeyValuePair<string, object?>("result", result));

    /// <summary>Initializes the counters to 0, so that a rate query includes the first one.</summary>
    public void InitializeCounters() => Array.ForEach(Results, result => records.Add(0, new KeyValuePair<string, object?>("result", result)));

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
