namespace LLMBlender.Abstractions;

/// <summary>A blended answer and its provenance.</summary>
/// <param name="Id">The request's id; null if it had none.</param>
/// <param name="Answer">The answer: the fused one, or the best candidate.</param>
/// <param name="Candidates">Every candidate, in the order of the request or the panel; <see cref="RankedCandidate.Rank"/> orders them.</param>
/// <param name="Failures">Failures of parts; empty if there are none.</param>
/// <param name="Usage">Tokens, comparisons and cost.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendResponse")]
public sealed record BlendResponse(
    [property: Id(0)] string? Id,
    [property: Id(1)] string Answer,
    [property: Id(2)] RankedCandidate[] Candidates,
    [property: Id(3)] BlendFailure[] Failures,
    [property: Id(4)] BlendUsage Usage)
{
    /// <summary>How the answer was chosen; null if no fuser was called.</summary>
    [Id(5)]
    public BlendFusion? Fusion { get; init; }

    /// <summary>Indices of the candidates that the answer was made from, best first; empty if not recorded.</summary>
    [Id(6)]
    public int[] MadeFrom { get; init; } = [];

    /// <summary>The trace; null unless the request has <see cref="BlendRequest.WithTrace"/>.</summary>
    [Id(7)]
    public BlendTrace? Trace { get; init; }

    /// <summary>Whether the answer was truncated by a token limit.</summary>
    [Id(8)]
    public bool ReachedLimit { get; init; }

    /// <summary>The answer's tool calls, in text form in <see cref="Answer"/>; null if there are none.</summary>
    [Id(9)]
    public ToolUse? ToolUse { get; init; }

    /// <summary>Other parts of the answer; null for none, or if the answer is fused.</summary>
    [Id(10)]
    public AnswerDetails? Details { get; init; }

    /// <summary>What the caller should know about the answer: request fields that were not sent to members, and a missing ranking.</summary>
    [Id(11)]
    public string[] Warnings { get; init; } = [];

    /// <summary>Whether the candidates could not be ranked: all ranks are 1, and the answer is the first usable candidate.</summary>
    [Id(12)]
    public bool IsUnranked { get; init; }

    /// <summary>The ranker's kind and calibration; null if the candidates were not ranked, or not known.</summary>
    [Id(13)]
    public RankerInfo? RankerInfo { get; init; }

    /// <summary>
    /// The probability that the candidate of rank 1 is the best of the candidates; of a panel with a calibration, that it is right as the calibration
    /// counts it. Null if not known.
    /// </summary>
    [Id(14)]
    public double? Confidence { get; init; }

    /// <summary>Whether the panel's rule accepted no candidate, after all stages: the answer is fused, or the best candidate with a warning.</summary>
    [Id(15)]
    public bool Abstained { get; init; }

    /// <summary>The panel's stages, those that were not asked too; empty for a panel that asks all members at once.</summary>
    [Id(16)]
    public StageReport[] Stages { get; init; } = [];

    /// <summary>How long the panel's members were awaited, in seconds, over all stages.</summary>
    [Id(17)]
    public double MemberSeconds { get; init; }
}
