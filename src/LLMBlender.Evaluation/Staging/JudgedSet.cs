using LLMBlender.Core.Ranking;

namespace LLMBlender.Evaluation.Staging;

/// <summary>The candidates of one question, with a judge's scores and a ranker's logits.</summary>
/// <param name="Models">The candidates' models.</param>
/// <param name="Scores">The judge's scores, higher is better.</param>
/// <param name="Logits">The logits of all ordered pairs.</param>
public sealed record JudgedSet(IReadOnlyList<string> Models, double[] Scores, float[,] Logits)
{
    /// <summary>Ranks some of the candidates.</summary>
    /// <param name="candidates">Their indices, at least one.</param>
    /// <param name="temperature">The ranker's temperature, above 0.</param>
    /// <returns>The index of the best, and the ranker's confidence in it; null for a single candidate.</returns>
    public (int Choice, double? Confidence) Choose(IReadOnlyList<int> candidates, double temperature)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var engine = new MaxLogits(candidates.Count);
        foreach (var pair in engine.NextPairs().ToArray())
        {
            engine.Record(pair, Logits[candidates[pair.First], candidates[pair.Second]]);
        }

        var ranking = engine.Rank();
        return (candidates[ranking.Best], ChoiceConfidence.Of(engine, ranking, temperature));
    }

    /// <summary>Whether a candidate's score is at most <paramref name="within"/> below the best one's.</summary>
    public bool IsRight(int candidate, double within) => Scores[candidate] >= Scores.Max() - within;
}
