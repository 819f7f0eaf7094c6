using System.Diagnostics.Metrics;

namespace LLMBlender.Gateway.RateLimiting;

/// <summary>Counts rejected requests on the meter <c>LLMBlender</c>. Thread-safe.</summary>
internal sealed class CallerMetrics : IDisposable
{
    private static readonly string[] Reasons = ["invalid_api_key", "forbidden", "rate_limit_exceeded", "insufficient_quota"];

    private readonly Meter meter = new("LLMBlender");
    private readonly Counter<long> refusals;

    public CallerMetrics() => refusals = meter.CreateCounter<long>(
        "llmblender.caller.refusals", "{request}", "Requests refused for their key, origin or a limit, by reason.");

    /// <summary>Counts a rejected request.</summary>
    public void Refused(ApiError error) => refusals.Add(1, new KeyValuePair<string, object?>("reason", error.Code));

    /// <summary>Initializes each reason's counter to 0, so that a rate query includes the first rejection.</summary>
    public void InitializeCounters()
    {
        foreach (var reason in Reasons)
        {
            refusals.Add(0, new KeyValuePair<string, object?>("reason", reason));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
