namespace LLMBlender.Core.Ranking;

/// <summary>
/// The best candidate and the top k under an <see cref="AdditivePosterior"/>, the probability that the full matrix disagrees, and the
/// comparison with the largest expected information. The outcome of a comparison is unknown in advance; the variance that it removes is
/// not.
/// </summary>
internal sealed class Decision
{
    // The maximum number of contrasts considered for the next comparison, the most informative ones; others follow as these are settled.
    private const int MaxContrasts = 8;

    /// <summary>
    /// The target of <see cref="Excess"/>: new logits change the scores as well as the uncertainty, so that a margin is needed.
    /// </summary>
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

    /// <param name="posterior">The posterior.</param>
    /// <param name="topK">k.</param>
    /// <param name="doubtOfBest">The allowed probability of another best candidate.</param>
    /// <param name="doubtOfSet">The allowed probability of another top-k set, apart from the best candidate.</param>
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
    /// The larger of two ratios: upper bounds on the probability that the full matrix has another best candidate, or another top k, each
    /// divided by its allowed value.
    /// </summary>
    public double Excess => Math.Max(ExcessOf(isOfBest: true), ExcessOf(isOfBest: false));

    /// <summary>
    /// Takes the comparison with the largest expected information and treats it as made; null if every relevant entry is known.
    /// </summary>
    public (int First, int Second)? TakeMostInformative()
    {
        var (best, set) = (WorthOf(isOfBest: true), WorthOf(isOfBest: false));
        var considered = contrasts.Where(contrast => Worth(contrast) > 0).OrderByDescending(Worth).Take(MaxContrasts).ToArray();
        var products = new double[considered.Length][];
        for (var c = 0; c < considered.Length; c++)
        {
            products[c] = TimesCovariance(considered[c]);
        }

        (double Gain, int First, int Second) top = (0, -1, -1);
        foreach (var candidate in considered.SelectMany(contrast => new[] { contrast.Better, contrast.Worse }).Distinct().Order())
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
            for (var c = 0; c < considered.Length; c++)
            {
                var shared = (look.Difference * (products[c][first] - products[c][second])) + (look.Side * products[c][n])
                    + (considered[c].Share(first, second) * look.Turning);
                gain += Worth(considered[c]) * shared * shared / variance;
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

    // The value of reducing the error: larger if less error is allowed; 0 if the error is small enough.
    private double WorthOf(bool isOfBest) =>
        ExcessOf(isOfBest) <= Enough ? 0 : 1 / (isOfBest ? doubtOfBest : doubtOfSet);

    // The observation that a comparison would add, given the known entries of its pair: factors of z, covariance with the pair's a, and
    // noise.
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

    // In units of n/2 times a score, in which the rows G are plain sums.
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

    /// <summary>The difference of two scores; the first one is currently estimated to be better.</summary>
    private sealed class Contrast(int better, int worse, bool isOfBest, double mean)
    {
        /// <summary>Whether the contrast concerns the best candidate and not the top-k set.</summary>
        public bool IsOfBest => isOfBest;

        public int Better { get; } = better;

        public int Worse { get; } = worse;

        public double Variance { get; set; }

        /// <summary>The probability that the order is reversed.</summary>
        public double Error => Variance <= 0 ? (mean > 0 ? 0 : 0.5) : Normal.Tail(mean / Math.Sqrt(Variance));

        /// <summary>The value of one unit of variance reduction: the rate at which the expected loss of a wrong choice falls.</summary>
        public double Weight => Variance <= 0 ? 0 : Normal.Density(mean / Math.Sqrt(Variance)) / (2 * Math.Sqrt(Variance));

        /// <summary>The factor of a pair's a in the contrast.</summary>
        public int Share(int first, int second) => Sign(first) - Sign(second);

        private int Sign(int candidate) => candidate == Better ? 1 : candidate == Worse ? -1 : 0;
    }
}
