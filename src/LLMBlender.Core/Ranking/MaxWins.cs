namespace LLMBlender.Core.Ranking;

/// <summary>
/// Ranks by the number of comparisons won in either position: w_i = Σ_j [M[i,j] > 0] + Σ_j [M[j,i] &lt; 0], from 0 to 2(N−1).
/// </summary>
/// <remarks>
/// The paper's MaxWins (section 3.3), as the reference ranks by it; the reference's score helper, which averages the second sum, is not
/// reproduced. A logit of exactly 0 is a win for neither.
/// </remarks>
public sealed class MaxWins : FullMatrixEngine
{
    /// <summary>The aggregation's name.</summary>
    public const string Aggregation = "max-wins";

    /// <param name="candidateCount">N, from 1 to <see cref="ComparisonMatrix.MaxCandidates"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is outside that range.</exception>
    public MaxWins(int candidateCount)
        : base(candidateCount)
    {
    }

    /// <inheritdoc/>
    public override string Name => Aggregation;

    private protected override double[] Score()
    {
        var wins = new double[Matrix.CandidateCount];
        for (var i = 0; i < wins.Length; i++)
        {
            Count(i, wins);
        }

        return wins;
    }

    private void Count(int i, double[] wins)
    {
        var row = Matrix.Row(i);
        for (var j = 0; j < row.Length; j++)
        {
            wins[i] += row[j] > 0 ? 1 : 0;
            wins[j] += row[j] < 0 ? 1 : 0;
        }
    }
}
