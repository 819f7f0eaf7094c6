namespace LLMBlender.Abstractions;

/// <summary>A silo's state and its counters since it started.</summary>
/// <param name="Address">The silo's address.</param>
/// <param name="Roles">The silo's roles.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.SiloReport")]
public sealed record SiloReport([property: Id(0)] string Address, [property: Id(1)] string[] Roles)
{
    /// <summary>Whether the silo answered; if not, all other properties have default values.</summary>
    [Id(2)]
    public bool Answers { get; init; }

    /// <summary>Seconds since the silo started.</summary>
    [Id(3)]
    public double Uptime { get; init; }

    /// <summary>Active requests, including work for other silos' requests.</summary>
    [Id(4)]
    public int ActiveRequests { get; init; }

    /// <summary>The maximum number of active requests.</summary>
    [Id(5)]
    public int RequestLimit { get; init; }

    /// <summary>Tokens of queued comparisons.</summary>
    [Id(6)]
    public long QueuedTokens { get; init; }

    /// <summary>The maximum number of queued tokens; 0 if the silo does not compute comparisons.</summary>
    [Id(7)]
    public long QueueLimit { get; init; }

    /// <summary>The silo's accelerators.</summary>
    [Id(8)]
    public AcceleratorReport[] Accelerators { get; init; } = [];

    /// <summary>Comparisons for its requests, by source.</summary>
    [Id(9)]
    public ComparisonReport Comparisons { get; init; } = new(0, 0, 0, 0, 0);

    /// <summary>Completed blends.</summary>
    [Id(10)]
    public long Blends { get; init; }

    /// <summary>Failed blends.</summary>
    [Id(11)]
    public long FailedBlends { get; init; }

    /// <summary>The loaded models.</summary>
    [Id(12)]
    public string[] Models { get; init; } = [];

    /// <summary>The model servers that it calls; empty if it does not blend.</summary>
    [Id(13)]
    public BackendReport[] Backends { get; init; } = [];
}

/// <summary>A backend's calls from one silo since the configuration was applied.</summary>
/// <param name="Name">The backend's name.</param>
/// <param name="Model">The model's name; null for a backend without settings.</param>
/// <param name="Answers">Answered calls.</param>
/// <param name="Failures">Failed calls.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BackendReport")]
public sealed record BackendReport(
    [property: Id(0)] string Name, [property: Id(1)] string? Model, [property: Id(2)] long Answers, [property: Id(3)] long Failures)
{
    /// <summary>The median of the last calls' seconds; null before the first.</summary>
    [Id(4)]
    public double? MedianSeconds { get; init; }

    /// <summary>The 95th percentile of the last calls' seconds; null before the first.</summary>
    [Id(5)]
    public double? SlowSeconds { get; init; }

    /// <summary>The last failure's message, without what the server wrote; null if no call failed.</summary>
    [Id(6)]
    public string? LastError { get; init; }

    /// <summary>Seconds since the last failure; null if no call failed.</summary>
    [Id(7)]
    public double? LastErrorAge { get; init; }
}

/// <summary>An accelerator's counters.</summary>
/// <param name="Name">The accelerator's name.</param>
/// <param name="BusySeconds">Seconds spent computing.</param>
/// <param name="Comparisons">Computed comparisons.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.AcceleratorReport")]
public sealed record AcceleratorReport([property: Id(0)] string Name, [property: Id(1)] double BusySeconds, [property: Id(2)] long Comparisons);

/// <summary>Numbers of comparisons by source.</summary>
/// <param name="Computed">Computed by an accelerator.</param>
/// <param name="Memory">Found in the silo's memory.</param>
/// <param name="Redis">Found in Redis.</param>
/// <param name="Joined">Shared with a concurrent request.</param>
/// <param name="Failed">Failed.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.ComparisonReport")]
public sealed record ComparisonReport(
    [property: Id(0)] long Computed, [property: Id(1)] long Memory, [property: Id(2)] long Redis, [property: Id(3)] long Joined, [property: Id(4)] long Failed);
