namespace LLMBlender.Gateway;

/// <summary>A caller of the API.</summary>
public sealed class CallerOptions
{
    /// <summary>Its name in logs.</summary>
    public string Name { get; set; } = "";

    /// <summary>The SHA-256 of its key, as 64 hexadecimal digits. The key itself is not stored.</summary>
    public string KeySha256 { get; set; } = "";

    /// <summary>Requests per minute; null for no limit. Counted per process.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>Requests in progress at once, so that one caller does not take all places of the backends; null for no limit. Counted per process.</summary>
    public int? MaxConcurrency { get; set; }

    /// <summary>
    /// The maximum cost per day (UTC) in the currency of the backends' prices; null for no limit. With Redis it is counted over
    /// all gateways of a cluster, at most a second old; without Redis, per process.
    /// </summary>
    public decimal? SpendPerDay { get; set; }

    /// <summary>
    /// The maximum tokens of its models' input and output per day (UTC); null for no limit. Counted like <see
    /// cref="SpendPerDay"/>.
    /// </summary>
    public long? TokensPerDay { get; set; }

    /// <summary>The panels that it may use; null for all.</summary>
    public string[]? Panels { get; set; }

    /// <summary>The rankers that it may name: models, scorers, and backends that judge; null for all. A panel's own ranker needs no entry.</summary>
    public string[]? Rankers { get; set; }

    /// <summary>The fusers that it may name: models and backends; null for all. A panel's own fuser needs no entry.</summary>
    public string[]? Fusers { get; set; }

    /// <summary>The members that its requests may name; null for all. What a panel asks by itself needs no entry.</summary>
    public string[]? Members { get; set; }

    /// <summary>Whether its blends are recorded where a panel has <c>Record</c>.</summary>
    public bool Record { get; set; } = true;

    /// <summary>
    /// Whether it may edit the configuration on the settings page of <c>serve --settings-page</c>, and so decide which servers receive the keys in the
    /// server's environment.
    /// </summary>
    public bool EditsSettings { get; set; }
}
