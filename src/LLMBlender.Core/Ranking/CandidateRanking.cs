namespace LLMBlender.Core.Ranking;

/// <summary>The outcome of a ranking of N candidates, which it names by their indices from 0.</summary>
public sealed class CandidateRanking
{
    private CandidateRanking(double[] scores, int[] order, int[] ranks, int comparisons, int rounds)
    {
        Scores = scores;
        Order = order;
        Ranks = ranks;
        Comparisons = comparisons;
        Rounds = rounds;
    }

    /// <summary>Each candidate's rank, in the candidates' order: 1 is best, ties share the smallest rank (1, 1, 3).</summary>
    public int[] Ranks { get; }

    /// <summary>Each candidate's score, in the candidates' order; higher is better, and the unit is the aggregation's.</summary>
    public double[] Scores { get; }

    /// <summary>The candidates from best to worst; tied ones in the candidates' order.</summary>
    public int[] Order { get; }

    /// <summary>The best candidate; of tied ones, the first.</summary>
    public int Best => Order[0];

    /// <summary>How many ordered pairs were compared: the ranker's forwards.</summary>
    public int Comparisons { get; }

    /// <summary>How many times comparisons had to be waited for, one after another.</summary>
    public int Rounds { get; }

    /// <summary>The first <paramref name="k"/> of <see cref="Order"/>, or all of it where there are fewer.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public ReadOnlySpan<int> TopK(int k) => k < 1
        ? throw new ArgumentOutOfRangeException(nameof(k), k, "the number of candidates to choose must be at least 1")
        : Order.AsSpan(0, Math.Min(k, Order.Length));

    /// <summary>The ranking that scores amount to.</summary>
    internal static CandidateRanking ByScores(double[] scores, int comparisons, int rounds)
    {
        var order = Permutation.Identity(scores.Length);
        order.AsSpan().Sort((a, b) => scores[a] == scores[b] ? a.CompareTo(b) : scores[b].CompareTo(scores[a]));
        return new(scores, order, RanksOf(order, scores), comparisons, rounds);
    }

    /// <summary>The ranking of a strict order, best first; a score is the number of candidates placed below.</summary>
    internal static CandidateRanking ByOrder(ReadOnlySpan<int> order, int comparisons, int rounds)
    {
        var scores = new double[order.Length];
        for (var place = 0; place < order.Length; place++)
        {
            scores[order[place]] = order.Length - 1 - place;
        }

        return ByScores(scores, comparisons, rounds);
    }

    private static int[] RanksOf(int[] order, double[] scores)
    {
        var ranks = new int[order.Length];
        for (var place = 0; place < order.Length; place++)
        {
            var tied = place > 0 && scores[order[place]] == scores[order[place - 1]];
            ranks[order[place]] = tied ? ranks[order[place - 1]] : place + 1;
        }

        return ranks;
    }
}
