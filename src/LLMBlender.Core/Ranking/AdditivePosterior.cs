namespace LLMBlender.Core.Ranking;

/// <summary>
/// The posterior of all logits of a matrix given some of them, under the model
/// M[i,j] = θ_i − θ_j + b + a_ij + s_ij, where θ is the quality, b the advantage of the left side, and the residual of a pair has an
/// antisymmetric part, a_ij = −a_ji, and a symmetric one, s_ij = s_ji. All are independent and Gaussian with mean 0.
/// </summary>
/// <remarks>
/// <para>
/// Only θ and a contribute to a candidate's score, t_i = Σ_j (M[i,j] − M[j,i]) / N = (2/N)·Σ_j (θ_i − θ_j + a_ij). A pair recorded in both
/// orders determines its a exactly; a pair recorded in one order determines the share w = var a / (var a + var s) of what θ and b leave
/// unexplained. So scores are linear in z = (θ, b), with rows G and constants K, plus independent residuals V.
/// </para>
/// <para>
/// The overall scale is estimated from the data; the ratio of the deviations of a and s to that of θ is chosen by marginal likelihood, with
/// a prior around the values that trained pair rankers show. A complete matrix leaves nothing to estimate. Indices are positions in the
/// given line.
/// </para>
/// <para>
/// Expectations are what is known of the candidates without a comparison, such as scores of a smaller model: with K of them, x_k, standardised,
/// θ has the covariance (1 − ρ²)·I + (ρ²/K)·Σ x_k·x_kᵀ before the logits, that is θ = Σ β_k·x_k + u with unknown β. ρ, how much they tell, is chosen by marginal
/// likelihood too, so that expectations that mislead are dropped.
/// </para>
/// </remarks>
internal sealed class AdditivePosterior
{
    /// <summary>Deviation of b relative to θ's.</summary>
    public const double SideRatio = 0.5;

    // Deviations relative to θ's, and the strength of the prior that pulls the log of their common factor to 0.
    private const double TurningRatio = 0.3;
    private const double StayingRatio = 0.35;
    private const double FactorWeight = 2;
    private static readonly double[] Factors = [1.0 / 64, 1.0 / 16, 0.25, 0.5, 0.75, 1, 1.5, 2, 3];

    // The correlations of expectations with θ that are tried.
    private static readonly double[] Correlations = [0.5, 0.8];

    private readonly float[] logits;
    private readonly double[] mean;

    private AdditivePosterior(float[] logits, int count, double[][] expectations)
    {
        this.logits = logits;
        Count = count;
        QualityPrior[] priors = [QualityPrior.Independent, .. expectations.Length == 0 ? [] : Array.ConvertAll(Correlations, rho => QualityPrior.Of(expectations, rho))];
        (double Likelihood, QualityPrior Prior, double Factor, double Scale) best = (double.NegativeInfinity, priors[0], 1, 1);
        foreach (var prior in priors)
        {
            foreach (var factor in Factors)
            {
                var (likelihood, scale) = new Equations(this, factor, prior).Likelihood();
                likelihood -= FactorWeight * Math.Pow(Math.Log(factor), 2);
                best = likelihood > best.Likelihood ? (likelihood, prior, factor, scale) : best;
            }
        }

        var equations = new Equations(this, best.Factor, best.Prior);
        mean = equations.Mean;
        Covariance = equations.Inverse(best.Scale);
        QualityVariance = best.Scale;
        TurningVariance = equations.Turning * best.Scale;
        StayingVariance = equations.Staying * best.Scale;
    }

    /// <summary>N.</summary>
    public int Count { get; }

    /// <summary>The covariance of z: (N+1)×(N+1), row-major; b is last.</summary>
    public double[] Covariance { get; }

    /// <summary>The prior variance of a candidate's θ.</summary>
    public double QualityVariance { get; }

    /// <summary>The prior variance of a pair's a.</summary>
    public double TurningVariance { get; }

    /// <summary>The prior variance of a pair's s.</summary>
    public double StayingVariance { get; }

    /// <summary>w: the share of a in the residual of a pair recorded in one order.</summary>
    public double TurningShare => TurningVariance + StayingVariance > 0 ? TurningVariance / (TurningVariance + StayingVariance) : 0.5;

    /// <summary>The posterior given the logits recorded so far.</summary>
    /// <param name="matrix">The logits.</param>
    /// <param name="line">The candidate at each position.</param>
    /// <param name="expectations">What is known of the candidates without a comparison, by position, of mean 0 and deviation 1; empty for nothing.</param>
    public static AdditivePosterior Of(ComparisonMatrix matrix, ReadOnlySpan<int> line, double[][]? expectations = null)
    {
        var n = line.Length;
        var logits = new float[n * n];
        for (var i = 0; i < n; i++)
        {
            var row = matrix.Row(line[i]);
            for (var j = 0; j < n; j++)
            {
                logits[(i * n) + j] = row[line[j]];
            }
        }

        return new(logits, n, expectations ?? []);
    }

    /// <summary>Whether the logit with i on the left has been recorded.</summary>
    public bool IsRecorded(int i, int j) => !float.IsNaN(logits[(i * Count) + j]);

    /// <summary>The contribution of a pair to row i of G: the factors of θ_i − θ_j and of b.</summary>
    /// <param name="forth">Whether the logit with i on the left is known.</param>
    /// <param name="back">Whether the logit with j on the left is known.</param>
    public (double Difference, double Side) Coefficients(bool forth, bool back) =>
        forth == back ? (forth ? 0 : 1, 0) : (1 - TurningShare, forth ? -TurningShare : TurningShare);

    /// <summary>The variance of a pair's a given z.</summary>
    public double Rest(bool forth, bool back) =>
        forth && back ? 0 : forth || back ? (1 - TurningShare) * TurningVariance : TurningVariance;

    /// <summary>The means of the scores, t.</summary>
    public double[] Scores()
    {
        var scores = new double[Count];
        var terms = new double[Count];
        for (var i = 0; i < Count; i++)
        {
            for (var j = 0; j < Count; j++)
            {
                terms[j] = i == j ? 0 : Term(i, j);
            }

            // Sums from the smallest term to the largest, as MaxLogits does.
            Array.Sort(terms);
            foreach (var term in terms)
            {
                scores[i] += term;
            }

            scores[i] /= Count;
        }

        return scores;
    }

    // The mean of M[i,j] − M[j,i].
    private double Term(int i, int j)
    {
        var (forth, back) = (logits[(i * Count) + j], logits[(j * Count) + i]);
        if (IsRecorded(i, j) && IsRecorded(j, i))
        {
            return (double)forth - back;
        }

        var known = IsRecorded(i, j) ? TurningShare * forth : IsRecorded(j, i) ? -TurningShare * back : 0;
        var (difference, side) = Coefficients(IsRecorded(i, j), IsRecorded(j, i));
        return 2 * (known + (difference * (mean[i] - mean[j])) + (side * mean[Count]));
    }

    /// <summary>The normal equations of z at unit scale of θ, precision P·z = r, and their solution.</summary>
    private sealed class Equations
    {
        private readonly int size;
        private readonly double[] precision;
        private readonly double[] right;
        private readonly double logDeterminant;
        private double squares;
        private double logVariances;
        private int observations;

        public Equations(AdditivePosterior posterior, double factor, QualityPrior prior)
        {
            var n = posterior.Count;
            size = n + 1;
            precision = new double[size * size];
            right = new double[size];
            Turning = Math.Pow(TurningRatio * factor, 2);
            Staying = Math.Pow(StayingRatio * factor, 2);
            for (var i = 0; i < size; i++)
            {
                precision[(i * size) + i] = i < n ? 1 : 1 / (SideRatio * SideRatio);
            }

            for (var i = 0; i < n && prior.Precision.Length > 0; i++)
            {
                prior.Precision.AsSpan(i * n, n).CopyTo(precision.AsSpan(i * size, n));
            }

            logVariances = prior.LogDeterminant;
            for (var i = 0; i < n; i++)
            {
                for (var j = i + 1; j < n; j++)
                {
                    Observe(i, j, posterior.logits[(i * n) + j], posterior.logits[(j * n) + i]);
                }
            }

            logDeterminant = Cholesky.Decompose(precision, size);
            Mean = [.. right];
            Cholesky.Solve(precision, size, Mean);
        }

        public double Turning { get; }

        public double Staying { get; }

        public double[] Mean { get; }

        /// <summary>The log marginal likelihood, up to a constant, at the scale that maximises it.</summary>
        public (double Likelihood, double Scale) Likelihood()
        {
            var misfit = squares;
            for (var i = 0; i < size; i++)
            {
                misfit -= right[i] * Mean[i];
            }

            var scale = Math.Max(misfit, 1e-12 * squares) / Math.Max(1, observations);
            scale = Math.Max(scale, 1e-30);
            return (-0.5 * (logDeterminant + logVariances + (observations * Math.Log(scale))), scale);
        }

        public double[] Inverse(double scale)
        {
            var inverse = Cholesky.Invert(precision, size);
            for (var i = 0; i < inverse.Length; i++)
            {
                inverse[i] *= scale;
            }

            return inverse;
        }

        private void Observe(int i, int j, double forth, double back)
        {
            if (!double.IsNaN(forth) && !double.IsNaN(back))
            {
                // Half the difference does not depend on b and s, half the sum not on θ and a.
                Add(i, j, 1, 0, (forth - back) / 2, Turning);
                Add(i, j, 0, 1, (forth + back) / 2, Staying);
            }
            else if (!double.IsNaN(forth))
            {
                Add(i, j, 1, 1, forth, Turning + Staying);
            }
            else if (!double.IsNaN(back))
            {
                Add(j, i, 1, 1, back, Turning + Staying);
            }
        }

        // y = d·(θ_i − θ_j) + e·b + noise.
        private void Add(int i, int j, double d, double e, double y, double variance)
        {
            Span<int> at = [i, j, size - 1];
            Span<double> h = [d, -d, e];
            for (var a = 0; a < 3; a++)
            {
                right[at[a]] += h[a] * y / variance;
                for (var c = 0; c < 3; c++)
                {
                    precision[(at[a] * size) + at[c]] += h[a] * h[c] / variance;
                }
            }

            squares += y * y / variance;
            logVariances += Math.Log(variance);
            observations++;
        }
    }
}
