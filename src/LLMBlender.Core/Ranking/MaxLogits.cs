namespace LLMBlender.Core.Ranking;

/// <summary>Ranks by summed confidence: s_i = Σ_j (M[i,j] − M[j,i]) / N, where N includes the candidate itself.</summary>
/// <remarks>
/// The paper's MaxLogits (section 3.3), scaled as in the reference's <c>rank</c>. The unit is logits. Sums are computed in double
/// precision, from the smallest term to the largest, so that a score does not depend on the order of the candidates, and permuting the
/// candidates permutes the ranks and changes nothing else.
/// </remarks>
public sealed class MaxLogits : FullMatrixEngine
{
    /// <summary>The aggregation's name.</summary>
    public const string Aggregation = "max-logits";

    /// <param name="candidateCount">N, from 1 to <see cref="ComparisonMatrix.MaxCandidates"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is outside that range.</exception>
    public MaxLogits(int candidateCount)
        : base(candidateCount)
    {
    }

    /// <inheritdoc/>
    public override string Name => Aggregation;

    private protected override double[] Score()
    {
        var scores = new double[Matrix.CandidateCount];
        var terms = new double[Matrix.CandidateCount];
        for (var i = 0; i < scores.Length; i++)
        {
            Collect(i, terms);
            scores[i] = SumInOrder(terms) / scores.Length;
        }

        return scores;
    }

    private void Collect(int i, double[] terms)
    {
        var row = Matrix.Row(i);
        for (var j = 0; j < row.Length; j++)
        {
            terms[j] = (double)row[j] - Matrix[new(j, i)];
        }
    }

    private static double SumInOrder(double[] terms)
    {
        Array.Sort(terms);
        var sum = 0.0;
        foreach (var term in terms)
        {
            sum += term;
        }

        return sum;
    }
}
