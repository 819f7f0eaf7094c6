using LLMBlender.Inference.PairRanker;
using LLMBlender.Training.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Evaluation;

/// <summary>Scores pairs with a model folder, as the command line ranks: at its own precision, through ONNX Runtime.</summary>
internal sealed class PackagedScorer(PairRankerModel model, int candidateMaxLength) : IPairScorer
{
    public int CandidateMaxLength => candidateMaxLength;

    public double ConsensusWeight => model.Manifest.ConsensusWeight;

    public IReadOnlyList<(float BetterFirst, float WorseFirst)> Score(IReadOnlyList<TrainingPair> pairs)
    {
        EncodedRecord[] records = [.. pairs.Select(pair => model.Encode(pair.Source, [pair.Better, pair.Worse]))];
        Comparison[] comparisons = [.. records.SelectMany<EncodedRecord, Comparison>(record => [new(record, 0, 1), new(record, 1, 0)])];
        float[] logits = new float[comparisons.Length];
        model.Compare(comparisons, logits);
        return [.. Enumerable.Range(0, records.Length).Select(i => (logits[2 * i], logits[2 * i + 1]))];
    }
}
