namespace LLMBlender.Core.Ranking;

/// <summary>
/// Finds the best candidates, and estimates every <see cref="MaxLogits"/> score, from a subset of the pairs in few rounds.
/// </summary>
/// <remarks>
/// <para>
/// The first round is a ring: each candidate is once on the left and once on the right, N comparisons. With expectations, numbers that are known
/// of the candidates without a comparison, it is a ring of the two thirds that are expected to be the best. After each round a Gaussian
/// posterior (<see cref="AdditivePosterior"/>) gives the mean and variance of every candidate's score over the whole matrix; the next
/// round requests the pairs, at most N / 2, in one order or both, that reduce the uncertainty of the decision most. It uses the size of the logits, not
/// only their sign.
/// </para>
/// <para>
/// The ranking is settled when, under the posterior, the best candidate is that of the full matrix with probability at least
/// <c>confidence</c> and the top-k set with probability at least <c>setConfidence</c> (union bounds over the candidates that could still
/// change it), when no relevant pair is missing, or after <see cref="MostRounds"/> rounds. Ranks below the top k are estimates. A complete
/// matrix gives the scores of MaxLogits.
/// </para>
/// </remarks>
public sealed class Adaptive : RankingEngine
{
    /// <summary>The aggregation's name.</summary>
    public const string Aggregation = "adaptive";

    /// <summary>The name of the aggregation that only settles the best candidate.</summary>
    public const string BestAlone = "adaptive-best";

    /// <summary>The maximum number of dependent rounds of one ranking.</summary>
    public const int MostRounds = 8;

    /// <summary>The default confidence in the best candidate.</summary>
    public const double DefaultConfidence = 0.985;

    /// <summary>The default size of the settled top set: the number of candidates that a fuser reads by default.</summary>
    public const int DefaultTopK = 3;

    /// <summary>
    /// The default confidence in that set. The third place matters less than the first, and costs more comparisons to determine.
    /// </summary>
    public const double DefaultSetConfidence = 0.6;

    // With so few pairs, a second round costs more than requesting all of them.
    private const int FewCandidates = 4;

    private readonly int[] line;
    private readonly double[][] expectations;
    private readonly int topK;
    private readonly double doubt;
    private readonly double setDoubt;

    /// <param name="candidateCount">N, from 1 to <see cref="ComparisonMatrix.MaxCandidates"/>.</param>
    /// <param name="topK">k: the size of the top set to settle, from 1; the best candidate is always settled.</param>
    /// <param name="confidence">Probability, above 0 and below 1, with which the best must be that of the full matrix.</param>
    /// <param name="setConfidence">Probability, above 0 and below 1, with which the top k must be those of the full matrix.</param>
    /// <param name="start">The order of the ring; empty for the order of the candidates, or of what is expected of them.</param>
    /// <param name="expectations">
    /// Numbers that are known of the candidates without a comparison, such as the scores of a smaller model: each a list of one finite number a candidate,
    /// higher for a better one, in any unit. Null for none. They choose the pairs to compare, and estimate candidates that were not compared.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="start"/> is not a permutation of the candidates, or an expectation does not have a finite number for each of them.
    /// </exception>
    public Adaptive(
        int candidateCount,
        int topK = DefaultTopK,
        double confidence = DefaultConfidence,
        double setConfidence = DefaultSetConfidence,
        ReadOnlySpan<int> start = default,
        IReadOnlyList<IReadOnlyList<double>>? expectations = null)
        : base(candidateCount, 2 * candidateCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        this.topK = topK;
        doubt = 1 - Probability(confidence, nameof(confidence));
        setDoubt = 1 - Probability(setConfidence, nameof(setConfidence));
        line = Permutation.CopyOrIdentity(start, candidateCount);
        var told = Told(expectations ?? [], candidateCount);
        if (start.IsEmpty && told.Length > 0)
        {
            // By their sum, and in the candidates' order where that is equal.
            var sums = Array.ConvertAll(line, candidate => told.Sum(expected => expected[candidate]));
            line.AsSpan().Sort((a, b) => sums[a] == sums[b] ? a.CompareTo(b) : sums[b].CompareTo(sums[a]));
        }

        this.expectations = Array.ConvertAll(told, expected => Array.ConvertAll(line, candidate => expected[candidate]));
        OpenRound();
    }

    /// <inheritdoc/>
    public override string Name => topK == 1 ? BestAlone : Aggregation;

    /// <summary>Settles only the best candidate: the others' order is an estimate.</summary>
    /// <param name="candidateCount">N, from 1 to <see cref="ComparisonMatrix.MaxCandidates"/>.</param>
    /// <param name="expectations">What is known of the candidates without a comparison, as of the constructor; null for nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is outside its range.</exception>
    /// <exception cref="ArgumentException">An expectation does not have a finite number for each candidate.</exception>
    public static Adaptive Best(int candidateCount, IReadOnlyList<IReadOnlyList<double>>? expectations = null) =>
        new(candidateCount, topK: 1, expectations: expectations);

    /// <summary>The same engine at its start, with expectations.</summary>
    internal Adaptive Expecting(IReadOnlyList<IReadOnlyList<double>> known) =>
        new(line.Length, topK, 1 - doubt, 1 - setDoubt, expectations: known);

    private protected override void AskNext()
    {
        var n = line.Length;
        if (Rounds == 0)
        {
            AskFirst(n);
        }
        else if (Rounds < MostRounds && Matrix.RecordedCount < n * (n - 1))
        {
            AskForTheDecision(n);
        }
    }

    private protected override CandidateRanking Conclude()
    {
        var inLine = AdditivePosterior.Of(Matrix, line, expectations).Scores();
        var scores = new double[line.Length];
        for (var place = 0; place < line.Length; place++)
        {
            scores[line[place]] = inLine[place];
        }

        return CandidateRanking.ByScores(scores, Matrix.RecordedCount, Rounds);
    }

    private static double Probability(double confidence, string name) => confidence is > 0 and < 1
        ? confidence
        : throw new ArgumentOutOfRangeException(name, confidence, "the confidence must be above 0 and below 1");

    // Each of mean 0 and deviation 1; one that is equal for all candidates tells nothing.
    private static double[][] Told(IReadOnlyList<IReadOnlyList<double>> expectations, int n)
    {
        var told = new List<double[]>();
        foreach (var expected in expectations)
        {
            if (expected.Count != n || expected.Any(static value => !double.IsFinite(value)))
            {
                throw new ArgumentException(
                    $"an expectation must have a finite number for each of the {n} candidates, and is {string.Join(", ", expected)}", nameof(expectations));
            }

            var mean = expected.Average();
            var deviation = Math.Sqrt(expected.Average(value => Math.Pow(value - mean, 2)));
            if (deviation > 0)
            {
                told.Add([.. expected.Select(value => (value - mean) / deviation)]);
            }
        }

        return [.. told];
    }

    private void AskFirst(int n)
    {
        var ring = expectations.Length == 0 ? n : 2 * n / 3;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                if (i != j && (n <= FewCandidates || (i < ring && j == (i + 1) % ring)))
                {
                    Ask(new(line[i], line[j]));
                }
            }
        }
    }

    // Expectations alone exclude no candidate: each is compared at least once, with the best so far.
    private void AskForTheUnseen(AdditivePosterior posterior)
    {
        var n = line.Length;
        var scores = posterior.Scores();
        var best = Array.IndexOf(scores, scores.Max());
        for (var place = 0; place < n; place++)
        {
            var seen = false;
            for (var other = 0; other < n && !seen; other++)
            {
                seen = other != place && (posterior.IsRecorded(place, other) || posterior.IsRecorded(other, place));
            }

            if (!seen && place != best)
            {
                Ask(new(line[best], line[place]));
            }
        }
    }

    private void AskForTheDecision(int n)
    {
        var posterior = AdditivePosterior.Of(Matrix, line, expectations);
        var decision = new Decision(posterior, topK, doubt, setDoubt);

        // Few pairs a round, because each logit changes which pairs are worth comparing. The last round cannot be corrected by another one, so it may
        // request more pairs.
        var most = Rounds == MostRounds - 1 ? 2 * n : Math.Max(1, n / 2);
        if (decision.Excess <= 1)
        {
            AskForTheUnseen(posterior);
            return;
        }

        for (var asked = 0; asked < most && decision.Excess > Decision.Enough && decision.TakeMostInformative() is var (first, second); asked++)
        {
            Ask(new(line[first], line[second]));
        }
    }
}
