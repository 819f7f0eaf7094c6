namespace LLMBlender.Gateway;

/// <summary>A caller of the API.</summary>
public sealed class CallerOptions
{
    /// <summary>Its name in logs.</summary>
    public string Name { get; set; } = "";

    /// <summary>The SHA-256 of its key, as 64 hexadecimal digits. The key itself is not stored.</summary>
    public string KeySha256 { get; set; } = "";

    /// <summary>Requests a minute; null for no bound. Counted by each process.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>
    /// What it may spend a day (UTC) in the currency of the backends' prices; null for no bound. Counted over all gateways of a
    /// cluster with Redis, as of a second ago; by each process without.
    /// </summary>
    public decimal? SpendPerDay { get; set; }

    /// <summary>Tokens that models may read and write for it a day (UTC); null for no bound. Counted as spending is.</summary>
    public long? TokensPerDay { get; set; }
}
