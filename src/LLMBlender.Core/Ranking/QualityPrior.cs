namespace LLMBlender.Core.Ranking;

/// <summary>The distribution of the candidates' qualities before any comparison, at unit scale; see <see cref="AdditivePosterior"/>.</summary>
/// <param name="Precision">The inverse of the covariance, N×N, row-major; empty for the identity.</param>
/// <param name="LogDeterminant">The logarithm of the covariance's determinant.</param>
internal sealed record QualityPrior(double[] Precision, double LogDeterminant)
{
    /// <summary>Nothing is known: independent qualities.</summary>
    public static QualityPrior Independent { get; } = new([], 0);

    /// <summary>The distribution with expectations that tell as much as a correlation ρ.</summary>
    /// <param name="expectations">Each of mean 0 and deviation 1, one number a candidate; at least one.</param>
    /// <param name="correlation">ρ, from 0 and below 1.</param>
    public static QualityPrior Of(double[][] expectations, double correlation)
    {
        var n = expectations[0].Length;
        var covariance = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var shared = expectations.Sum(expected => expected[i] * expected[j]) / expectations.Length;
                covariance[(i * n) + j] = (correlation * correlation * shared) + (i == j ? 1 - (correlation * correlation) : 0);
            }
        }

        var logDeterminant = Cholesky.Decompose(covariance, n);
        return new(Cholesky.Invert(covariance, n), logDeterminant);
    }
}
