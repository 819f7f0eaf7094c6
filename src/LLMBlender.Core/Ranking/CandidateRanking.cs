namespace LLMBlender.Core.Ranking;

/// <summary>The result of ranking N candidates, identified by their indices from 0.</summary>
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

    /// <summary>Each candidate's score, in the candidates' order; higher is better, and the unit depends on the aggregation.</summary>
    public double[] Scores { get; }

    /// <summary>The candidates from best to worst; tied ones in the candidates' order.</summary>
    public int[] Order { get; }

    /// <summary>The best candidate; the first of several tied ones.</summary>
    public int Best => Order[0];

    /// <summary>The number of ordered pairs compared, which is the number of forward passes of the ranker.</summary>
    public int Comparisons { get; }

    /// <summary>The number of dependent rounds of comparisons.</summary>
    public int Rounds { get; }

    /// <summary>The first <paramref name="k"/> of <see cref="Order"/>, or all if there are fewer.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public ReadOnlySpan<int> TopK(int k) => k < 1
        ? throw new ArgumentOutOfRangeException(nameof(k), k, "the number of candidates to choose must be at least 1")
        : Order.AsSpan(0, Math.Min(k, Order.Length));

    /// <summary>Creates a ranking from scores.</summary>
    internal static CandidateRanking ByScores(double[] scores, int comparisons, int rounds)
    {
        var order = Permutation.Identity(scores.Length);
        order.AsSpan().Sort((a, b) => scores[a] == scores[b] ? a.CompareTo(b) : scores[b].CompareTo(scores[a]));
        return new(scores, order, RanksOf(order, scores), comparisons, rounds);
    }

    /// <summary>Creates a ranking from a strict order, best first; a score is the number of candidates ranked below.</summary>
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
