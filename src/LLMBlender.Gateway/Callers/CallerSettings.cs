namespace LLMBlender.Gateway.Callers;

/// <summary>Someone who may ask, in a configuration.</summary>
public sealed class CallerSettings
{
    /// <summary>What logs call it.</summary>
    public string Name { get; set; } = "";

    /// <summary>The SHA-256 of its key, as 64 hexadecimal digits. The key itself is nowhere.</summary>
    public string KeySha256 { get; set; } = "";

    /// <summary>Requests a minute; null for no bound. Counted by each process.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>
    /// What it may spend a day (UTC) in the currency of the backends' prices; null for no bound. Counted over all gateways of a
    /// cluster with Redis, as of a second ago; by each process without.
    /// </summary>
    public decimal? SpendPerDay { get; set; }

    /// <summary>Tokens that it may have read and written for it a day (UTC); null for no bound. Counted as spending is.</summary>
    public long? TokensPerDay { get; set; }
}
