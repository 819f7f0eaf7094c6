namespace LLMBlender.Abstractions;

/// <summary>A step of a running blend.</summary>
/// <param name="Kind">The step.</param>
/// <param name="Seconds">Seconds since the request.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendEvent")]
public sealed record BlendEvent([property: Id(0)] BlendEventKind Kind, [property: Id(1)] double Seconds)
{
    /// <summary>The names of the panel's members, as in later events; null unless the kind is <see cref="BlendEventKind.Asking"/>.</summary>
    [Id(2)]
    public string[]? Members { get; init; }

    /// <summary>The member's result; null unless the kind is <see cref="BlendEventKind.Member"/>.</summary>
    [Id(3)]
    public MemberReport? Member { get; init; }

    /// <summary>The candidates with their ranks; null unless the kind is <see cref="BlendEventKind.Ranked"/>.</summary>
    [Id(4)]
    public RankedCandidate[]? Candidates { get; init; }

    /// <summary>The ranking with its matrix; null unless the kind is <see cref="BlendEventKind.Ranked"/>.</summary>
    [Id(5)]
    public RankingResponse? Ranking { get; init; }

    /// <summary>The name of the member that generated the text; null unless the kind is <see cref="BlendEventKind.MemberText"/>.</summary>
    [Id(6)]
    public string? Name { get; init; }

    /// <summary>The next characters of the member's answer; null unless the kind is <see cref="BlendEventKind.MemberText"/>.</summary>
    [Id(7)]
    public string? Text { get; init; }
}
