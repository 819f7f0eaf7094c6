namespace LLMBlender.Silo.Caching;

/// <summary>Options of the comparison cache. Entries never become stale, because keys are derived from the compared content.</summary>
public sealed class ComparisonCacheOptions
{
    /// <summary>The configuration section that they are bound to.</summary>
    public const string Section = "LLMBlender:Cache";

    /// <summary>Logits kept in each process at most, at least 1. About 112 bytes each: by default 29 MB once it is full.</summary>
    public int MemoryEntries { get; set; } = 262_144;

    /// <summary>
    /// How long Redis keeps a logit, which bounds the memory there, at about 150 bytes a comparison. A hard limit is Redis'
    /// <c>maxmemory</c> with the policy <c>volatile-lru</c>, which evicts these entries and never membership data.
    /// </summary>
    public TimeSpan Expiry { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The time limit of a lookup in Redis, after which the comparisons are computed instead.</summary>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromMilliseconds(150);

    /// <summary>The time limit of a write.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The break without calls to Redis after a first failure; it doubles with each further failure.</summary>
    public TimeSpan ShortestRest { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest break.</summary>
    public TimeSpan LongestRest { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Maximum number of logits that wait to be written; further ones are dropped.</summary>
    public int MaxPendingWrites { get; set; } = 65_536;
}
