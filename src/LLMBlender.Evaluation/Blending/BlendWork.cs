using LLMBlender.Core.Ranking;
using LLMBlender.Evaluation.Ranking;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Blending;

/// <summary>A record to be blended: its candidates are ranked, then the best of them fused.</summary>
internal class BlendWork : RankingWork
{
    private readonly PairRankerModel ranker;
    private BlendOutcome? outcome;

    /// <param name="place">Where it stands in its file.</param>
    /// <param name="record">Instruction and candidates.</param>
    /// <param name="aggregation">How comparisons become a ranking.</param>
    /// <param name="ranker">Encodes it.</param>
    public BlendWork(RecordPlace place, BlendRecord record, string aggregation, PairRankerModel ranker)
        : base(
            place,
            ranker.Encode(record.Source, Array.ConvertAll(record.Candidates, candidate => candidate.Text)),
            RankingEngines.Create(aggregation, record.Candidates.Length)) => (Record, this.ranker) = (record, ranker);

    /// <summary>What is blended.</summary>
    public BlendRecord Record { get; }

    /// <inheritdoc/>
    public override long Weight => base.Weight + Record.Source.Length + Record.Candidates.Sum(candidate => (long)candidate.Text.Length);

    /// <summary>What it came to; once fused.</summary>
    public BlendOutcome Outcome => outcome ?? throw new InvalidOperationException("the record has not been fused yet");

    /// <summary>Other texts for the same source, as the ranker reads them.</summary>
    public EncodedRecord Encode(string[] texts) => ranker.Encode(Record.Source, texts);

    /// <summary>Hears what fusing came to.</summary>
    public void Settle(BlendOutcome fused) => outcome = fused;
}
