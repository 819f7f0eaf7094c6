namespace LLMBlender.Abstractions;

/// <summary>A blended answer and how it came about.</summary>
/// <param name="Id">The record's own id; null for a blend that was asked without one.</param>
/// <param name="Answer">The answer: the fused one, or the best candidate.</param>
/// <param name="Candidates">Every candidate, in the order given or asked for; <see cref="RankedCandidate.Rank"/> orders them.</param>
/// <param name="Failures">What failed on the way; empty when nothing did.</param>
/// <param name="Usage">What it cost.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendResponse")]
public sealed record BlendResponse(
    [property: Id(0)] string? Id,
    [property: Id(1)] string Answer,
    [property: Id(2)] RankedCandidate[] Candidates,
    [property: Id(3)] BlendFailure[] Failures,
    [property: Id(4)] BlendUsage Usage)
{
    /// <summary>How the answer was chosen; null where no fuser was called.</summary>
    [Id(5)]
    public BlendFusion? Fusion { get; init; }

    /// <summary>Indices of the candidates that the answer was made from, best first; empty where that was not recorded.</summary>
    [Id(6)]
    public int[] MadeFrom { get; init; } = [];

    /// <summary>How it came about; null where the request did not ask for that.</summary>
    [Id(7)]
    public BlendTrace? Trace { get; init; }

    /// <summary>Whether the answer was cut off by a limit of tokens rather than ended.</summary>
    [Id(8)]
    public bool ReachedLimit { get; init; }

    /// <summary>The tools that the answer calls, whose form is <see cref="Answer"/>; null where it calls none.</summary>
    [Id(9)]
    public ToolUse? ToolUse { get; init; }

    /// <summary>What the answer contains beside its text; null for nothing, or if the answer is fused.</summary>
    [Id(10)]
    public AnswerDetails? Details { get; init; }

    /// <summary>What the request asked for and members did not get.</summary>
    [Id(11)]
    public string[] Warnings { get; init; } = [];
}
