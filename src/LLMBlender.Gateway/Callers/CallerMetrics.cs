using System.Diagnostics.Metrics;

namespace LLMBlender.Gateway.Callers;

/// <summary>What the gateway's door counts, on the meter <c>LLMBlender</c>. Safe for concurrent use.</summary>
internal sealed class CallerMetrics : IDisposable
{
    private static readonly string[] Reasons = ["invalid_api_key", "forbidden", "rate_limit_exceeded", "insufficient_quota"];

    private readonly Meter meter = new("LLMBlender");
    private readonly Counter<long> refusals;

    public CallerMetrics() => refusals = meter.CreateCounter<long>(
        "llmblender.caller.refusals", "{request}", "Requests that the gateway's door turned away, by reason.");

    /// <summary>A request was turned away.</summary>
    public void Refused(ApiError error) => refusals.Add(1, new KeyValuePair<string, object?>("reason", error.Code));

    /// <summary>Says 0 of each reason.</summary>
    public void SayZero()
    {
        foreach (var reason in Reasons)
        {
            refusals.Add(0, new KeyValuePair<string, object?>("reason", reason));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
