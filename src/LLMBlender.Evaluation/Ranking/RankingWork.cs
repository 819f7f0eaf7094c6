using LLMBlender.Core.Ranking;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Ranking;

/// <summary>A record whose candidates are ranked by an engine.</summary>
/// <param name="place">Where it stands in its file.</param>
/// <param name="encoded">Source and candidates as the ranker reads them.</param>
/// <param name="engine">The aggregation at work, for as many candidates.</param>
internal class RankingWork(RecordPlace place, EncodedRecord encoded, RankingEngine engine) : RecordWork(place, encoded)
{
    private CandidateRanking? ranking;

    /// <summary>The ranking; only once settled.</summary>
    public CandidateRanking Ranking => ranking ??= engine.Rank();

    /// <inheritdoc/>
    public override long Weight => (long)Matrix.CandidateCount * Matrix.CandidateCount;

    /// <summary>The logits heard.</summary>
    public ComparisonMatrix Matrix => engine.Matrix;

    /// <inheritdoc/>
    protected override ReadOnlySpan<CandidatePair> NextRound() => engine.NextPairs();

    /// <inheritdoc/>
    protected override void Hear(CandidatePair pair, float logit) => engine.Hear(pair, logit);
}
