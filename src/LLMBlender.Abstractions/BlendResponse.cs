namespace LLMBlender.Abstractions;

/// <summary>A blended answer and how it came about.</summary>
/// <param name="Id">The record's own id; null for a blend that was asked without one.</param>
/// <param name="Answer">The answer: the fused one, or the best candidate.</param>
/// <param name="Candidates">Every candidate, in the order given or asked for; <see cref="RankedCandidate.Rank"/> orders them.</param>
/// <param name="Failures">What failed on the way; empty when nothing did.</param>
/// <param name="Usage">What it cost.</param>
public sealed record BlendResponse(
    string? Id,
    string Answer,
    IReadOnlyList<RankedCandidate> Candidates,
    IReadOnlyList<BlendFailure> Failures,
    BlendUsage Usage)
{
    /// <summary>How the answer was chosen; null where nobody was asked to fuse.</summary>
    public BlendFusion? Fusion { get; init; }
}
