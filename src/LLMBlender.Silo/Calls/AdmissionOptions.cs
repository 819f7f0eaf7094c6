namespace LLMBlender.Silo.Calls;

/// <summary>How much a silo takes on at a time.</summary>
public sealed class AdmissionOptions
{
    /// <summary>The configuration section that they are bound to.</summary>
    public const string Section = "LLMBlender:Admission";

    /// <summary>Requests, and shards of others' requests, under way at most; what comes beyond is refused. At least 1.</summary>
    public int MaxRequests { get; set; } = 4096;

    /// <summary>The hint that goes with such a refusal.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a shutdown waits for what is under way. Less than what the process is given to stop.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(100);
}
