namespace LLMBlender.Silo.Caching;

/// <summary>How comparisons are kept. They never go stale, for their keys are their content.</summary>
public sealed class ComparisonCacheOptions
{
    /// <summary>The configuration section that they are bound to.</summary>
    public const string Section = "LLMBlender:Cache";

    /// <summary>Logits kept in each process at most, at least 1. About 100 bytes each: by default 26 MB once it is full.</summary>
    public int MemoryEntries { get; set; } = 262_144;

    /// <summary>
    /// How long Redis keeps a logit. Bounds what lies there, at about 150 bytes a comparison; a hard bound is Redis' own
    /// <c>maxmemory</c> with the policy <c>volatile-lru</c>, which takes these entries and leaves membership alone.
    /// </summary>
    public TimeSpan Expiry { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a look-up waits for Redis before the comparisons are computed instead.</summary>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromMilliseconds(150);

    /// <summary>How long a write may take before it is given up.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>After a failure no calls are made to Redis, first for this long, then for twice as long each time.</summary>
    public TimeSpan ShortestRest { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest such break.</summary>
    public TimeSpan LongestRest { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Logits waiting to be written at most; more are dropped.</summary>
    public int MaxPendingWrites { get; set; } = 65_536;
}
