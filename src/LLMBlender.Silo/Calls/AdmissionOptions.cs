namespace LLMBlender.Silo.Calls;

/// <summary>Limits of a silo's concurrent requests.</summary>
public sealed class AdmissionOptions
{
    /// <summary>The configuration section that they are bound to.</summary>
    public const string Section = "LLMBlender:Admission";

    /// <summary>The upper limit of <see cref="DrainTimeout"/>, which is the longest time that a request may take.</summary>
    public static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(600);

    /// <summary>Requests, and shards of others' requests, under way at most; what comes beyond is refused. At least 1.</summary>
    public int MaxRequests { get; set; } = 4096;

    /// <summary>The Retry-After of such a refusal.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a shutdown waits for requests in progress. At most <see cref="LongestDrain"/>, and less than the process's termination grace period.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(100);
}
