using LLMBlender.Core.Ranking;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Training.Fusion.Data;

namespace LLMBlender.Training.Fusion.Evaluation;

/// <summary>The candidate that a pair ranker puts first, by MaxLogits over all pairs in both orders.</summary>
internal sealed class CandidateChooser(PairRankerModel ranker)
{
    public string Choose(FusionRecord record)
    {
        EncodedRecord encoded = ranker.Encode(record.Instruction, record.Candidates);
        var engine = new MaxLogits(record.Candidates.Count);
        while (!engine.IsSettled)
        {
            CandidatePair[] pairs = [.. engine.NextPairs()];
            float[] logits = new float[pairs.Length];
            ranker.Compare([.. pairs.Select(pair => new Comparison(encoded, pair.First, pair.Second))], logits);
            foreach (var (pair, logit) in pairs.Zip(logits))
            {
                engine.Hear(pair, logit);
            }
        }

        return record.Candidates[engine.Rank().Order[0]];
    }
}
