namespace LLMBlender.Core.Ranking;

/// <summary>
/// Which candidates are the best and the top k by an <see cref="AdditivePosterior"/>, how likely the full matrix is to disagree, and
/// which comparison would tell most about it. What a comparison will say isn't known before; how much it settles is.
/// </summary>
internal sealed class Decision
{
    // Contrasts looked at for the next comparison, the most telling ones: the others' turn comes as these are settled.
    private const int MostHot = 8;

    /// <summary>The <see cref="Excess"/> to aim for: new logits change the scores as well as the uncertainty, so that a margin is needed.</summary>
    public const double Enough = 0.5;

    private readonly AdditivePosterior posterior;
    private readonly int n;
    private readonly int size;
    private readonly double[] covariance;
    private readonly double[] rows;
    private readonly bool[] known;
    private readonly List<Contrast> contrasts = [];
    private readonly double doubtOfBest;
    private readonly double doubtOfSet;

    /// <param name="posterior">What is known.</param>
    /// <param name="topK">k.</param>
    /// <param name="doubtOfBest">How likely another best candidate may be.</param>
    /// <param name="doubtOfSet">How likely another set of the top k may be, the best one aside.</param>
    public Decision(AdditivePosterior posterior, int topK, double doubtOfBest, double doubtOfSet)
    {
        this.posterior = posterior;
        (this.doubtOfBest, this.doubtOfSet) = (doubtOfBest, doubtOfSet);
        n = posterior.Count;
        size = n + 1;
        covariance = posterior.Covariance;
        rows = new double[n * size];
        known = new bool[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                known[(i * n) + j] = i != j && posterior.IsRecorded(i, j);
            }
        }

        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                AddCoefficients(i, j, 1);
            }
        }

        AddContrasts(topK);
    }

    /// <summary>
    /// Bounds on the probability that the full matrix has another best candidate, or another top k, each as a multiple of what it
    /// may be; the larger of the two.
    /// </summary>
    public double Excess => Math.Max(ExcessOf(isOfBest: true), ExcessOf(isOfBest: false));

    /// <summary>Takes the comparison that is expected to settle most as made; null when all that matters is known.</summary>
    public (int First, int Second)? TakeMostTelling()
    {
        var (best, set) = (WorthOf(isOfBest: true), WorthOf(isOfBest: false));
        var hot = contrasts.Where(contrast => Worth(contrast) > 0).OrderByDescending(Worth).Take(MostHot).ToArray();
        var products = new double[hot.Length][];
        for (var c = 0; c < hot.Length; c++)
        {
            products[c] = TimesCovariance(hot[c]);
        }

        (double Gain, int First, int Second) top = (0, -1, -1);
        foreach (var candidate in hot.SelectMany(contrast => new[] { contrast.Better, contrast.Worse }).Distinct().Order())
        {
            for (var other = 0; other < n; other++)
            {
                Weigh(candidate, other);
                Weigh(other, candidate);
            }
        }

        if (top.First < 0)
        {
            return null;
        }

        Take(top.First, top.Second);
        return (top.First, top.Second);

        double Worth(Contrast contrast) => contrast.Weight * (contrast.IsOfBest ? best : set);

        void Weigh(int first, int second)
        {
            if (first == second || known[(first * n) + second])
            {
                return;
            }

            var look = Look(first, second);
            var variance = look.Variance(covariance, size);
            var gain = 0.0;
            for (var c = 0; c < hot.Length; c++)
            {
                var shared = (look.Difference * (products[c][first] - products[c][second])) + (look.Side * products[c][n])
                    + (hot[c].Share(first, second) * look.Turning);
                gain += Worth(hot[c]) * shared * shared / variance;
            }

            top = gain > top.Gain ? (gain, first, second) : top;
        }
    }

    private double ExcessOf(bool isOfBest)
    {
        var sum = 0.0;
        foreach (var contrast in contrasts)
        {
            sum += contrast.IsOfBest == isOfBest ? contrast.Error : 0;
        }

        return sum / (isOfBest ? doubtOfBest : doubtOfSet);
    }

    // What an error less is worth: the more, the less of it is allowed; nothing where there is little enough of it.
    private double WorthOf(bool isOfBest) =>
        ExcessOf(isOfBest) <= Enough ? 0 : 1 / (isOfBest ? doubtOfBest : doubtOfSet);

    // What a comparison would be, given what is known of its pair: factors of z, covariance with the pair's a, and noise.
    private Observation Look(int first, int second)
    {
        var (share, turning) = (posterior.TurningShare, posterior.TurningVariance);
        return known[(second * n) + first]
            ? new(first, second, 2 - (2 * share), 2 * share, 2 * (1 - share) * turning, 4 * (1 - share) * turning)
            : new(first, second, 1, 1, turning, turning + posterior.StayingVariance);
    }

    private void Take(int first, int second)
    {
        var look = Look(first, second);
        var variance = look.Variance(covariance, size);
        var column = new double[size];
        for (var i = 0; i < size; i++)
        {
            var row = covariance.AsSpan(i * size, size);
            column[i] = (look.Difference * (row[first] - row[second])) + (look.Side * row[n]);
        }

        var along = new double[n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < size; j++)
            {
                along[i] += rows[(i * size) + j] * column[j];
            }
        }

        foreach (var contrast in contrasts)
        {
            var shared = along[contrast.Better] - along[contrast.Worse] + (contrast.Share(first, second) * look.Turning);
            contrast.Variance = Math.Max(0, contrast.Variance - (shared * shared / variance));
        }

        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                covariance[(i * size) + j] -= column[i] * column[j] / variance;
            }
        }

        AddCoefficients(first, second, -1);
        AddCoefficients(second, first, -1);
        known[(first * n) + second] = true;
        AddCoefficients(first, second, 1);
        AddCoefficients(second, first, 1);
    }

    private void AddCoefficients(int i, int j, double sign)
    {
        if (i == j)
        {
            return;
        }

        var (difference, side) = posterior.Coefficients(known[(i * n) + j], known[(j * n) + i]);
        var row = rows.AsSpan(i * size, size);
        row[i] += sign * difference;
        row[j] -= sign * difference;
        row[n] += sign * side;
    }

    // Units of n/2 times a score, in which the rows G are plain sums.
    private void AddContrasts(int topK)
    {
        var scores = posterior.Scores();
        var order = Permutation.Identity(n);
        order.AsSpan().Sort((a, b) => scores[a] == scores[b] ? a.CompareTo(b) : scores[b].CompareTo(scores[a]));
        for (var place = 1; place < n; place++)
        {
            Add(order[0], order[place], isOfBest: true);
        }

        for (var inside = 1; inside < Math.Min(topK, n); inside++)
        {
            for (var outside = topK; outside < n; outside++)
            {
                Add(order[inside], order[outside], isOfBest: false);
            }
        }

        void Add(int better, int worse, bool isOfBest)
        {
            var contrast = new Contrast(better, worse, isOfBest, (scores[better] - scores[worse]) * n / 2);
            var product = TimesCovariance(contrast);
            for (var j = 0; j < size; j++)
            {
                contrast.Variance += product[j] * (rows[(better * size) + j] - rows[(worse * size) + j]);
            }

            for (var j = 0; j < n; j++)
            {
                contrast.Variance += Rest(better, j) + Rest(worse, j);
            }

            contrast.Variance += 2 * Rest(better, worse);
            contrasts.Add(contrast);
        }
    }

    private double Rest(int i, int j) => i == j ? 0 : posterior.Rest(known[(i * n) + j], known[(j * n) + i]);

    private double[] TimesCovariance(Contrast contrast)
    {
        var product = new double[size];
        for (var i = 0; i < size; i++)
        {
            var factor = rows[(contrast.Better * size) + i] - rows[(contrast.Worse * size) + i];
            var row = covariance.AsSpan(i * size, size);
            for (var j = 0; factor != 0 && j < size; j++)
            {
                product[j] += factor * row[j];
            }
        }

        return product;
    }

    private readonly record struct Observation(int First, int Second, double Difference, double Side, double Turning, double Noise)
    {
        public double Variance(double[] covariance, int size)
        {
            double Cell(int i, int j) => covariance[(i * size) + j];
            var side = size - 1;
            var differences = Cell(First, First) + Cell(Second, Second) - (2 * Cell(First, Second));
            var mixed = Cell(First, side) - Cell(Second, side);
            return (Difference * Difference * differences) + (2 * Difference * Side * mixed) + (Side * Side * Cell(side, side)) + Noise;
        }
    }

    /// <summary>The difference of two scores, the first of which is now thought to be the better.</summary>
    private sealed class Contrast(int better, int worse, bool isOfBest, double mean)
    {
        /// <summary>Whether it is about the best candidate, and not about the set of the top k.</summary>
        public bool IsOfBest => isOfBest;

        public int Better { get; } = better;

        public int Worse { get; } = worse;

        public double Variance { get; set; }

        /// <summary>Probability that it is the other way round.</summary>
        public double Error => Variance <= 0 ? (mean > 0 ? 0 : 0.5) : Normal.Tail(mean / Math.Sqrt(Variance));

        /// <summary>What a unit of variance less is worth: how fast the expected loss of a wrong choice falls.</summary>
        public double Weight => Variance <= 0 ? 0 : Normal.Density(mean / Math.Sqrt(Variance)) / (2 * Math.Sqrt(Variance));

        /// <summary>The factor of a pair's a in the contrast.</summary>
        public int Share(int first, int second) => Sign(first) - Sign(second);

        private int Sign(int candidate) => candidate == Better ? 1 : candidate == Worse ? -1 : 0;
    }
}
