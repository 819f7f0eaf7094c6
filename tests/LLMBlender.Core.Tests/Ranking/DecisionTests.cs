using CsCheck;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Ranking;

/// <summary>The decision's shortcuts against the same Gaussian model written out over all entries of the matrix.</summary>
public sealed class DecisionTests
{
    private const int N = 5;

    // So little that there is always more of it.
    private const double Doubt = 1e-9;

    // A generator of floats likes those next to 0, and a matrix of nothing else has no scale to tell an error from.
    private static readonly Gen<float> Logit = Gen.Int[-3000, 3000].Select(thousandths => thousandths / 1000f);

    private static readonly (int First, int Second)[] Entries =
        [.. from i in Enumerable.Range(0, N) from j in Enumerable.Range(0, N) where i != j select (i, j)];

    [Fact]
    public void Excess_BeforeAndAfterEachComparison_IsThatOfTheFullGaussian() =>
        Gen.Select(Logit.Array[Entries.Length], Gen.Int[0, 2].Array[Entries.Length]).Sample((logits, coins) =>
        {
            var matrix = new ComparisonMatrix(N);
            var recorded = new List<int>();
            for (var e = 0; e < Entries.Length; e++)
            {
                // The ring, and others by chance.
                if (Entries[e].Second == (Entries[e].First + 1) % N || coins[e] == 0)
                {
                    matrix.Record(new(Entries[e].First, Entries[e].Second), logits[e]);
                    recorded.Add(e);
                }
            }

            var posterior = AdditivePosterior.Of(matrix, Permutation.Identity(N));
            var (means, _) = Condition(posterior, recorded, logits);
            Assert.All(posterior.Scores().Zip(means), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
            var decision = new Decision(posterior, topK: 2, Doubt, Doubt);
            Assert.Equal(ExpectedError(posterior, recorded, logits), Doubt * decision.Excess, 1e-6);
            while (decision.TakeMostInformative() is var (first, second))
            {
                var taken = Array.IndexOf(Entries, (first, second));
                Assert.DoesNotContain(taken, recorded);
                recorded.Add(taken);
                Assert.Equal(ExpectedError(posterior, recorded, logits, means), Doubt * decision.Excess, 1e-5);
            }
        }, iter: 60);

    private static double ExpectedError(AdditivePosterior posterior, List<int> recorded, float[] logits, double[]? fixedMeans = null)
    {
        var (means, covariance) = Condition(posterior, recorded, logits);
        means = fixedMeans ?? means;
        var order = Permutation.Identity(N).OrderByDescending(i => means[i]).ToArray();
        return Math.Max(order[1..].Sum(other => Error(order[0], other)), order[2..].Sum(other => Error(order[1], other)));

        double Error(int better, int worse)
        {
            var variance = covariance[better, better] + covariance[worse, worse] - (2 * covariance[better, worse]);
            return variance < 1e-9 ? 0 : Normal.Tail((means[better] - means[worse]) / Math.Sqrt(variance));
        }
    }

    // Mean and covariance of the scores given the recorded entries, by the covariance of all entries.
    private static (double[] Means, double[,] Covariance) Condition(AdditivePosterior posterior, List<int> recorded, float[] logits)
    {
        var h = recorded.Count;
        var l = new double[h * h];
        for (var a = 0; a < h; a++)
        {
            for (var b = 0; b < h; b++)
            {
                l[(a * h) + b] = Covariance(posterior, Entries[recorded[a]], Entries[recorded[b]]);
            }
        }

        Cholesky.Decompose(l, h);
        var scores = Enumerable.Range(0, N).Select(i => Entries.Select(e => e.First == i ? 1.0 / N : e.Second == i ? -1.0 / N : 0).ToArray()).ToArray();
        var cross = scores.Select(s => recorded.Select(e => Entries.Select((x, k) => s[k] * Covariance(posterior, x, Entries[e])).Sum()).ToArray()).ToArray();
        var means = new double[N];
        var covariance = new double[N, N];
        for (var i = 0; i < N; i++)
        {
            var solved = cross[i].ToArray();
            Cholesky.Solve(l, h, solved);
            means[i] = solved.Zip(recorded, (s, e) => s * logits[e]).Sum();
            for (var j = 0; j < N; j++)
            {
                var prior = Entries.Select((x, k) => Entries.Select((y, m) => scores[i][k] * scores[j][m] * Covariance(posterior, x, y)).Sum()).Sum();
                covariance[i, j] = prior - solved.Zip(cross[j], (s, c) => s * c).Sum();
            }
        }

        return (means, covariance);
    }

    private static double Covariance(AdditivePosterior posterior, (int First, int Second) x, (int First, int Second) y)
    {
        double Same(int i, int j) => i == j ? 1 : 0;
        var quality = Same(x.First, y.First) - Same(x.First, y.Second) - Same(x.Second, y.First) + Same(x.Second, y.Second);
        var side = AdditivePosterior.SideRatio * AdditivePosterior.SideRatio;
        var rest = x == y
            ? posterior.TurningVariance + posterior.StayingVariance
            : x == (y.Second, y.First) ? posterior.StayingVariance - posterior.TurningVariance : 0;
        return (posterior.QualityVariance * (quality + side)) + rest;
    }
}
