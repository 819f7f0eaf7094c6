namespace LLMBlender.Abstractions;

/// <summary>Asks for an order of candidates.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.RankingRequest")]
public sealed record RankingRequest
{
    /// <summary>The instruction; may be empty where there is an input.</summary>
    [Id(0)]
    public required string Instruction { get; init; }

    /// <summary>What the instruction is about, if anything.</summary>
    [Id(1)]
    public string? Input { get; init; }

    /// <summary>The candidates, at least one.</summary>
    [Id(2)]
    public required Candidate[] Candidates { get; init; }

    /// <summary>The ranker's name; null for the default one.</summary>
    [Id(3)]
    public string? Ranker { get; init; }

    /// <summary>How comparisons become a ranking; null for the default aggregation.</summary>
    [Id(4)]
    public string? Aggregation { get; init; }

    /// <summary>Whether the response shows the comparison matrix.</summary>
    [Id(5)]
    public bool WithMatrix { get; init; }

    /// <summary>The time that the ranking may take.</summary>
    [Id(6)]
    public TimeSpan Timeout { get; init; } = RequestTime.Default;

    // Id 7 was Call, the id of the call. It is not reused.

    /// <summary>
    /// A text to compare each candidate with, instead of each with each: a score is then M[i,ref] − M[ref,i]. Goes without
    /// <see cref="Aggregation"/>.
    /// </summary>
    [Id(8)]
    public string? Reference { get; init; }

    /// <summary>
    /// Which of the candidates is the reference, where it is one of them: <c>longest</c>, <c>shortest</c>, <c>median_length</c>,
    /// <c>first</c> or <c>last</c>. Goes without <see cref="Reference"/> and <see cref="Aggregation"/>.
    /// </summary>
    [Id(9)]
    public string? ReferenceMode { get; init; }
}
