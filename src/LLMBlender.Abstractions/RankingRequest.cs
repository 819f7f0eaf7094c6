namespace LLMBlender.Abstractions;

/// <summary>A request to rank candidates.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.RankingRequest")]
public sealed record RankingRequest
{
    /// <summary>The instruction; may be empty if there is an input.</summary>
    [Id(0)]
    public required string Instruction { get; init; }

    /// <summary>The input of the instruction; null for none.</summary>
    [Id(1)]
    public string? Input { get; init; }

    /// <summary>The candidates, at least one.</summary>
    [Id(2)]
    public required Candidate[] Candidates { get; init; }

    /// <summary>The ranker's name; null for the default one.</summary>
    [Id(3)]
    public string? Ranker { get; init; }

    /// <summary>The name of the aggregation of comparisons to a ranking; null for the default one.</summary>
    [Id(4)]
    public string? Aggregation { get; init; }

    /// <summary>Whether the response contains the comparison matrix.</summary>
    [Id(5)]
    public bool WithMatrix { get; init; }

    /// <summary>The time limit, above 0 and at most <see cref="RequestTime.Longest"/>.</summary>
    [Id(6)]
    public TimeSpan Timeout { get; init; } = RequestTime.Default;

    // Id 7 was Call, the id of the call. It is not reused.

    /// <summary>
    /// A text to compare each candidate with, instead of comparing all pairs: a score is then M[i,ref] − M[ref,i]. Excludes
    /// <see cref="Aggregation"/>.
    /// </summary>
    [Id(8)]
    public string? Reference { get; init; }

    /// <summary>
    /// Which candidate is the reference, if it is one of them: <c>longest</c>, <c>shortest</c>, <c>median_length</c>,
    /// <c>first</c> or <c>last</c>. Excludes <see cref="Reference"/> and <see cref="Aggregation"/>.
    /// </summary>
    [Id(9)]
    public string? ReferenceMode { get; init; }

    /// <summary>
    /// How long to wait for a silo that can serve the request while the cluster has none; null for the whole time limit. A blend sets it,
    /// because it continues without the step.
    /// </summary>
    [Id(10)]
    public TimeSpan? MaxWait { get; init; }

    /// <summary>How the ranker judges, if it is a chat model; null for the default.</summary>
    [Id(11)]
    public JudgeRules? Judging { get; init; }

    /// <summary>
    /// The name of a ranker that scores each candidate alone, whose scores an adaptive aggregation begins with, so that <see cref="Ranker"/> compares fewer pairs; null
    /// for none. Other aggregations do not use it.
    /// </summary>
    [Id(12)]
    public string? Prior { get; init; }
}
