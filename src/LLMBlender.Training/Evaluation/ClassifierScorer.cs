using LLMBlender.Inference.Encoder;
using LLMBlender.Training.Data;
using LLMBlender.Training.Rewards.Runs;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Evaluation;

/// <summary>Scores pairs with a scalar ranker's model folder: a pair's logit is the difference of its answers' scores.</summary>
/// <param name="model">Scores one answer; of two labels the second is the good one.</param>
/// <param name="tokens">The model's tokenizer.</param>
/// <param name="candidateMaxLength">Tokens of an answer that damage is done in.</param>
internal sealed class ClassifierScorer(ClassifierModel model, RewardTokens tokens, int? candidateMaxLength) : IPairScorer
{
    private const int UsualCandidate = 256;

    // Damage behind the row's end could not be seen.
    public int CandidateMaxLength => candidateMaxLength
        ?? (model.Manifest.SourceMaxLength is { } source ? model.MaxLength - source : Math.Min(UsualCandidate, model.MaxLength));

    /// <inheritdoc/>
    public double ConsensusWeight => model.Manifest.ConsensusWeight;

    /// <inheritdoc/>
    public IReadOnlyList<(float BetterFirst, float WorseFirst)> Score(IReadOnlyList<TrainingPair> pairs)
    {
        // An answer that stands in several pairs is read once.
        var numbers = new Dictionary<(int[] Source, int[] Answer), int>();
        foreach (TrainingPair pair in pairs)
        {
            numbers.TryAdd((pair.Source, pair.Better), numbers.Count);
            numbers.TryAdd((pair.Source, pair.Worse), numbers.Count);
        }

        float[][] logits = model.Score([.. numbers.Keys.Select(row => tokens.Row(row.Source, row.Answer, model.MaxLength, model.Manifest.SourceMaxLength))]);
        float[] scores = [.. logits.Select(labels => labels.Length == 1 ? labels[0] : labels[1] - labels[0])];
        return
        [
            .. pairs.Select(pair => scores[numbers[(pair.Source, pair.Better)]] - scores[numbers[(pair.Source, pair.Worse)]])
                .Select(difference => (difference, -difference)),
        ];
    }
}
