namespace LLMBlender.Silo.Calls;

/// <summary>Limits of a silo's concurrent requests.</summary>
public sealed class AdmissionOptions
{
    /// <summary>Maximum number of requests, and shards of other silos' requests, in progress; further requests are refused. At least 1.</summary>
    public int MaxRequests { get; set; } = 4096;

    /// <summary>The Retry-After of such a refusal.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a shutdown waits for requests in progress. Must be less than the process's termination grace period.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(100);
}
