using LLMBlender.Training.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Evaluation;

/// <summary>Share of pairs whose better side the ranker finds, both orders together, beside simpler rules.</summary>
internal static class PairEvaluation
{
    /// <summary>Accuracy over all pairs, over each tag, and over tags that share their first two words.</summary>
    /// <param name="data">Name of the data in the findings.</param>
    /// <param name="pairs">Tokenised pairs, the better side first.</param>
    /// <param name="scorer">Scores them.</param>
    /// <param name="bag">The bag of words to stand beside, if there is one.</param>
    public static IEnumerable<Finding> Run(string data, IReadOnlyList<TrainingPair> pairs, IPairScorer scorer, BagOfWords? bag = null)
    {
        bool[] right = [.. scorer.Score(pairs).Select(logits => logits.BetterFirst > logits.WorseFirst)];
        IEnumerable<Finding> findings =
        [
            .. Accuracies(data, "accuracy", pairs, right),
            .. Accuracies(data, "accuracy of the longer one", pairs, [.. pairs.Select(pair => pair.Better.Length > pair.Worse.Length)]),
        ];
        return bag is null
            ? findings
            : findings.Concat(Accuracies(
                data, "accuracy of the bag of words", pairs,
                [.. pairs.Select(pair => bag.Score(pair.Source, pair.Better) > bag.Score(pair.Source, pair.Worse))]));
    }

    private static IEnumerable<Finding> Accuracies(string data, string metric, IReadOnlyList<TrainingPair> pairs, bool[] right)
    {
        var parts = pairs.Select(pair => pair.Tag).Distinct().Order(StringComparer.Ordinal).ToArray();
        var stems = parts.GroupBy(Stem).Where(group => group.Count() > 1).Select(group => group.Key);
        yield return Accuracy("all", _ => true);
        foreach (string stem in stems)
        {
            yield return Accuracy(stem + "-*", tag => Stem(tag) == stem);
        }

        foreach (string part in parts)
        {
            yield return Accuracy(part, tag => tag == part);
        }

        Finding Accuracy(string part, Func<string, bool> wanted)
        {
            bool[] chosen = [.. right.Where((_, i) => wanted(pairs[i].Tag))];
            return new Finding(data, part, metric, Estimate.Share(chosen.Count(r => r), chosen.Length));
        }
    }

    private static string Stem(string tag) => string.Join('-', tag.Split('-').Take(2));
}
