using LLMBlender.Core.Ranking;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Training.Fusion.Data;

namespace LLMBlender.Training.Fusion.Evaluation;

/// <summary>A pair ranker's choices, by MaxLogits over all pairs in both orders; the earlier of equals.</summary>
internal sealed class CandidateChooser(PairRankerModel ranker)
{
    /// <summary>Chooses among a record's candidates, and between that one and the fused answer.</summary>
    public RankersChoice Choose(FusionRecord record, string fused)
    {
        string candidate = Best(record.Instruction, record.Candidates);
        return new RankersChoice(candidate, Best(record.Instruction, [fused, candidate]));
    }

    private string Best(string instruction, IReadOnlyList<string> texts)
    {
        EncodedRecord encoded = ranker.Encode(instruction, texts);
        var engine = new MaxLogits(texts.Count);
        while (!engine.IsSettled)
        {
            CandidatePair[] pairs = [.. engine.NextPairs()];
            float[] logits = new float[pairs.Length];
            ranker.Compare([.. pairs.Select(pair => new Comparison(encoded, pair.First, pair.Second))], logits);
            foreach (var (pair, logit) in pairs.Zip(logits))
            {
                engine.Record(pair, logit);
            }
        }

        return texts[engine.Rank().Best];
    }
}
