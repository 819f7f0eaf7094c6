namespace LLMBlender.Abstractions;

/// <summary>A step of a blend that is under way.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Seconds">When, from the request on.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendEvent")]
public sealed record BlendEvent([property: Id(0)] BlendEventKind Kind, [property: Id(1)] double Seconds)
{
    /// <summary>The panel's members, as they will be named; with <see cref="BlendEventKind.Asking"/>, else null.</summary>
    [Id(2)]
    public string[]? Members { get; init; }

    /// <summary>The member; with <see cref="BlendEventKind.Member"/>, else null.</summary>
    [Id(3)]
    public MemberReport? Member { get; init; }

    /// <summary>The candidates with their ranks; with <see cref="BlendEventKind.Ranked"/>, else null.</summary>
    [Id(4)]
    public RankedCandidate[]? Candidates { get; init; }

    /// <summary>The ranking with its matrix; with <see cref="BlendEventKind.Ranked"/>, else null.</summary>
    [Id(5)]
    public RankingResponse? Ranking { get; init; }
}
