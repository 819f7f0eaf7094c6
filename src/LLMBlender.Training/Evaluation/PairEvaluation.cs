using LLMBlender.Training.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Evaluation;

/// <summary>Share of pairs whose better side the ranker finds, both orders together, beside the rule "the longer one".</summary>
internal static class PairEvaluation
{
    /// <summary>Accuracy over all pairs and over each tag.</summary>
    /// <param name="data">Name of the data in the findings.</param>
    /// <param name="pairs">Tokenised pairs, the better side first.</param>
    /// <param name="scorer">Scores them.</param>
    public static IEnumerable<Finding> Run(string data, IReadOnlyList<TrainingPair> pairs, PairScorer scorer)
    {
        bool[] right = [.. scorer.Score(pairs).Select(logits => logits.BetterFirst > logits.WorseFirst)];
        yield return Accuracy(data, "all", right);
        foreach (var group in Enumerable.Range(0, pairs.Count).GroupBy(i => pairs[i].Tag).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            yield return Accuracy(data, group.Key, [.. group.Select(i => right[i])]);
        }

        bool[] longer = [.. pairs.Select(pair => pair.Better.Length > pair.Worse.Length)];
        yield return Accuracy(data, "all", longer) with { Metric = "accuracy of the longer one" };
    }

    private static Finding Accuracy(string data, string part, bool[] right) =>
        new(data, part, "accuracy", Estimate.Share(right.Count(r => r), right.Length));
}
