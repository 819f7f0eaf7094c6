namespace LLMBlender.Silo.Comparing;

/// <summary>The queue of a silo that compares.</summary>
public sealed class CompareQueueOptions
{
    /// <summary>The configuration section that they are bound to.</summary>
    public const string Section = "LLMBlender:Queue";

    /// <summary>
    /// Tokens that may wait at most, at least 1. What comes beyond is refused, as is what the measured speed says could not
    /// be compared within its time; a larger queue makes refusals rarer and waits longer.
    /// </summary>
    public long MaxTokens { get; set; } = 4_000_000;
}
