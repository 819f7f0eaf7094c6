using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Staging;

/// <summary>What a weight of consensus changes in a ranker's choices, on judged sets.</summary>
/// <param name="Sets">The number of sets.</param>
/// <param name="Weight">The weight.</param>
/// <param name="Score">The judge's mean score of the chosen candidates.</param>
/// <param name="ScoreDifference">That mean less the mean without consensus, paired by set.</param>
/// <param name="Rank">The mean rank of the chosen candidates by the judge's score; 1 is the best.</param>
/// <param name="RankDifference">That mean less the mean without consensus, paired by set.</param>
public sealed record ConsensusReport(int Sets, double Weight, Interval Score, Interval ScoreDifference, Interval Rank, Interval RankDifference)
{
    private const ulong Seed = 1;

    /// <summary>Ranks all candidates of each set without and with a weight.</summary>
    /// <param name="sets">The sets, at least one.</param>
    /// <param name="weight">Logits for agreement 1 against 0, at least 0.</param>
    /// <exception cref="ArgumentException">There is no set.</exception>
    public static ConsensusReport Of(IReadOnlyList<JudgedSet> sets, double weight)
    {
        ArgumentNullException.ThrowIfNull(sets);
        if (sets.Count == 0)
        {
            throw new ArgumentException("there are no judged sets", nameof(sets));
        }

        var without = sets.Select(set => Choice(set, 0)).ToArray();
        var with = sets.Select(set => Choice(set, weight)).ToArray();
        var bootstrap = new Bootstrap(sets.Count, Seed);
        return new ConsensusReport(
            sets.Count,
            weight,
            bootstrap.Mean([.. with.Select(static choice => choice.Score)]),
            bootstrap.Mean([.. with.Zip(without, static (a, b) => a.Score - b.Score)]),
            bootstrap.Mean([.. with.Select(static choice => choice.Rank)]),
            bootstrap.Mean([.. with.Zip(without, static (a, b) => a.Rank - b.Rank)]));
    }

    private static (double Score, double Rank) Choice(JudgedSet set, double weight)
    {
        // The temperature gives the confidence, and not the choice.
        var (choice, _) = (set with { ConsensusWeight = weight }).Choose([.. Enumerable.Range(0, set.Scores.Length)], temperature: 1);
        return (set.Scores[choice], set.Rank(choice));
    }
}
