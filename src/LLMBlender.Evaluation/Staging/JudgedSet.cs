using LLMBlender.Core.Ranking;

namespace LLMBlender.Evaluation.Staging;

/// <summary>The candidates of one question, with a judge's scores and a ranker's logits.</summary>
/// <param name="Models">The candidates' models.</param>
/// <param name="Scores">The judge's scores, higher is better.</param>
/// <param name="Logits">The logits of all ordered pairs.</param>
public sealed record JudgedSet(IReadOnlyList<string> Models, double[] Scores, float[,] Logits)
{
    /// <summary>The question: instruction and input.</summary>
    public string Source { get; init; } = "";

    /// <summary>The candidates' texts; needed where <see cref="ConsensusWeight"/> is above 0.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>What agreement adds to the ranker's logits among three or more candidates; 0 if it does not count.</summary>
    public double ConsensusWeight { get; init; }

    /// <summary>Ranks some of the candidates.</summary>
    /// <param name="candidates">Their indices, at least one.</param>
    /// <param name="temperature">The ranker's temperature, above 0.</param>
    /// <returns>The index of the best, and the ranker's confidence in it; null for a single candidate.</returns>
    public (int Choice, double? Confidence) Choose(IReadOnlyList<int> candidates, double temperature)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var (engine, ranking) = Ranked(candidates);
        return (candidates[ranking.Best], ChoiceConfidence.Of(engine, ranking, temperature));
    }

    /// <summary>The share with which the ranker prefers each candidate, by Luce's rule over all of them; the sum is 1.</summary>
    /// <param name="temperature">The ranker's temperature, above 0.</param>
    public double[] Shares(double temperature)
    {
        var (_, ranking) = Ranked([.. Enumerable.Range(0, Models.Count)]);
        var advantages = Array.ConvertAll(ranking.Scores, static score => score / 2);
        return [.. advantages.Select((_, candidate) => ChoiceConfidence.Of(advantages, candidate, temperature))];
    }

    private (MaxLogits Engine, CandidateRanking Ranking) Ranked(IReadOnlyList<int> candidates)
    {
        var engine = new MaxLogits(candidates.Count);
        var agreements = ConsensusWeight > 0 && candidates.Count > 2 ? Consensus.Of([.. candidates.Select(candidate => Texts[candidate])]) : null;
        foreach (var pair in engine.NextPairs().ToArray())
        {
            var logit = Logits[candidates[pair.First], candidates[pair.Second]];
            engine.Record(pair, agreements is null ? logit : logit + Consensus.Advantage(agreements, pair, ConsensusWeight));
        }

        return (engine, engine.Rank());
    }

    /// <summary>A candidate's rank by the judge's score; 1 is the best, and ties have the mean of their ranks.</summary>
    public double Rank(int candidate) =>
        1 + Scores.Count(score => score > Scores[candidate]) + ((Scores.Count(score => score == Scores[candidate]) - 1) / 2.0);

    /// <summary>Whether a candidate's score is at most <paramref name="within"/> below the best one's.</summary>
    public bool IsRight(int candidate, double within) => Scores[candidate] >= Scores.Max() - within;
}
