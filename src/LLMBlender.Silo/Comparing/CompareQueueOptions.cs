namespace LLMBlender.Silo.Comparing;

/// <summary>Options of a worker silo's queue.</summary>
public sealed class CompareQueueOptions
{
    /// <summary>The configuration section that they are bound to.</summary>
    public const string Section = "LLMBlender:Queue";

    /// <summary>
    /// Maximum number of waiting tokens, at least 1. Shards above it are refused, and shards that would wait for more than 40 % of their ranking's time
    /// at the measured speed. A larger queue causes fewer refusals and longer waits.
    /// </summary>
    public long MaxTokens { get; set; } = 4_000_000;
}
