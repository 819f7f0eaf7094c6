namespace LLMBlender.Core.Ranking;

/// <summary>
/// The probability that the first of a ranking is the best of its candidates: Luce's choice rule, exp(θ_1 / T) / Σ_i exp(θ_i / T), where θ_i is
/// candidate i's mean advantage in logits, Σ_j (M[i,j] − M[j,i]) / 2N, and T the ranker's temperature. For two candidates it is the calibrated
/// probability of the pair, σ((M[1,2] − M[2,1]) / 2T).
/// </summary>
public static class ChoiceConfidence
{
    // The posterior of an incomplete matrix is solved in N³ steps.
    private const int MaxEstimated = 64;

    /// <summary>The confidence of a settled engine's ranking.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="ranking">Its ranking.</param>
    /// <param name="temperature">The ranker's temperature, above 0.</param>
    /// <returns>From 1/N to 1; null for a single candidate, and for more than 64 that were not all compared.</returns>
    public static double? Of(RankingEngine engine, CandidateRanking ranking, double temperature) =>
        ranking.Order.Length < 2 ? null
        : Advantages(engine, ranking) is { } advantages ? Of(advantages, ranking.Best, temperature)
        : null;

    /// <summary>The confidence in one of several candidates.</summary>
    /// <param name="advantages">Each candidate's θ, in logits.</param>
    /// <param name="choice">The index of the chosen one.</param>
    /// <param name="temperature">The ranker's temperature, above 0.</param>
    public static double Of(ReadOnlySpan<double> advantages, int choice, double temperature)
    {
        var odds = 0.0;
        foreach (var advantage in advantages)
        {
            odds += Math.Exp((advantage - advantages[choice]) / temperature);
        }

        return 1 / odds;
    }

    private static double[]? Advantages(RankingEngine engine, CandidateRanking ranking)
    {
        var matrix = engine.Matrix;
        var n = ranking.Scores.Length;
        if (engine is MaxLogits or Adaptive or AgainstReference)
        {
            // Their scores are Σ_j (M[i,j] − M[j,i]) / N, that sum's estimate, and the difference to the reference.
            return Array.ConvertAll(ranking.Scores, static score => score / 2);
        }

        if (matrix.RecordedCount == n * (n - 1))
        {
            return Complete(matrix);
        }

        return n > MaxEstimated ? null : Array.ConvertAll(AdditivePosterior.Of(matrix, Permutation.Identity(n)).Scores(), static score => score / 2);
    }

    private static double[] Complete(ComparisonMatrix matrix)
    {
        var advantages = new double[matrix.CandidateCount];
        for (var i = 0; i < advantages.Length; i++)
        {
            var row = matrix.Row(i);
            for (var j = 0; j < row.Length; j++)
            {
                advantages[i] += i == j ? 0 : ((double)row[j] - matrix[new(j, i)]) / (2 * row.Length);
            }
        }

        return advantages;
    }
}
