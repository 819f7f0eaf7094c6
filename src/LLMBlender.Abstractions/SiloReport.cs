namespace LLMBlender.Abstractions;

/// <summary>What a silo of the cluster is, and what it has done since it started. Counts only ever rise.</summary>
/// <param name="Address">Its address in the cluster.</param>
/// <param name="Roles">What it does.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.SiloReport")]
public sealed record SiloReport([property: Id(0)] string Address, [property: Id(1)] string[] Roles)
{
    /// <summary>Whether it answered; where it did not, nothing below is known.</summary>
    [Id(2)]
    public bool Answers { get; init; }

    /// <summary>Seconds since it started.</summary>
    [Id(3)]
    public double Uptime { get; init; }

    /// <summary>Requests, and parts of others' requests, under way.</summary>
    [Id(4)]
    public int ActiveRequests { get; init; }

    /// <summary>How many of them it takes on.</summary>
    [Id(5)]
    public int RequestLimit { get; init; }

    /// <summary>Tokens of comparisons that wait for its accelerators.</summary>
    [Id(6)]
    public long QueuedTokens { get; init; }

    /// <summary>How many may wait; 0 where it does not compare.</summary>
    [Id(7)]
    public long QueueLimit { get; init; }

    /// <summary>Its accelerators.</summary>
    [Id(8)]
    public AcceleratorReport[] Accelerators { get; init; } = [];

    /// <summary>Comparisons that its requests asked for.</summary>
    [Id(9)]
    public ComparisonReport Comparisons { get; init; } = new(0, 0, 0, 0, 0);

    /// <summary>Blends that came to an answer.</summary>
    [Id(10)]
    public long Blends { get; init; }

    /// <summary>Blends that came to none.</summary>
    [Id(11)]
    public long FailedBlends { get; init; }

    /// <summary>The models that it has loaded.</summary>
    [Id(12)]
    public string[] Models { get; init; } = [];
}

/// <summary>An accelerator.</summary>
/// <param name="Name">What it is.</param>
/// <param name="BusySeconds">Time in which it has computed.</param>
/// <param name="Comparisons">Comparisons that it has made.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.AcceleratorReport")]
public sealed record AcceleratorReport([property: Id(0)] string Name, [property: Id(1)] double BusySeconds, [property: Id(2)] long Comparisons);

/// <summary>Comparisons by where they came from.</summary>
/// <param name="Computed">An accelerator made them.</param>
/// <param name="Memory">The silo remembered them.</param>
/// <param name="Redis">The store that the cluster shares had them.</param>
/// <param name="Joined">Another request was having them made.</param>
/// <param name="Failed">They could not be made.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.ComparisonReport")]
public sealed record ComparisonReport(
    [property: Id(0)] long Computed, [property: Id(1)] long Memory, [property: Id(2)] long Redis, [property: Id(3)] long Joined, [property: Id(4)] long Failed);
