using LLMBlender.Core.Ranking;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Ranking;

/// <summary>A record that failed before the ranker saw it, kept in its place among the others.</summary>
internal sealed class FailedWork : RecordWork
{
    /// <param name="place">Where it stands in its file.</param>
    /// <param name="problem">Why it failed.</param>
    public FailedWork(RecordPlace place, string problem)
        : base(place, null) => Fail(problem);

    /// <inheritdoc/>
    protected override ReadOnlySpan<CandidatePair> NextRound() => [];

    /// <inheritdoc/>
    protected override void Hear(CandidatePair pair, float logit) =>
        throw new InvalidOperationException("a failed record asked for no comparison");
}
