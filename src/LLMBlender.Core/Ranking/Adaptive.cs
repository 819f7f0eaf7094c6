namespace LLMBlender.Core.Ranking;

/// <summary>
/// Finds the best candidates, and estimates every <see cref="MaxLogits"/> score, from a subset of the pairs in few rounds.
/// </summary>
/// <remarks>
/// <para>
/// The first round is a ring: each candidate is once on the left and once on the right, N comparisons. After each round a Gaussian
/// posterior (<see cref="AdditivePosterior"/>) gives the mean and variance of every candidate's score over the whole matrix; the next
/// round requests the pairs, in one order or both, that reduce the uncertainty of the decision most. It uses the size of the logits, not
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

    /// <summary>The maximum number of dependent rounds of one ranking.</summary>
    public const int MostRounds = 6;

    /// <summary>The default confidence in the best candidate.</summary>
    public const double DefaultConfidence = 0.98;

    /// <summary>The default size of the settled top set: the number of candidates that a fuser reads by default.</summary>
    public const int DefaultTopK = 3;

    /// <summary>
    /// The default confidence in that set. The third place matters less than the first, and costs more comparisons to determine.
    /// </summary>
    public const double DefaultSetConfidence = 0.6;

    // With so few pairs, a second round costs more than requesting all of them.
    private const int FewCandidates = 4;

    private readonly int[] line;
    private readonly int topK;
    private readonly double doubt;
    private readonly double setDoubt;

    /// <param name="candidateCount">N, from 1 to <see cref="ComparisonMatrix.MaxCandidates"/>.</param>
    /// <param name="topK">k: the size of the top set to settle, from 1; the best candidate is always settled.</param>
    /// <param name="confidence">Probability, above 0 and below 1, with which the best must be that of the full matrix.</param>
    /// <param name="setConfidence">Probability, above 0 and below 1, with which the top k must be those of the full matrix.</param>
    /// <param name="start">The order of the ring; empty for the order of the candidates.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    /// <exception cref="ArgumentException"><paramref name="start"/> is not a permutation of the candidates.</exception>
    public Adaptive(int candidateCount, int topK = DefaultTopK, double confidence = DefaultConfidence, double setConfidence = DefaultSetConfidence, ReadOnlySpan<int> start = default)
        : base(candidateCount, 2 * candidateCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        this.topK = topK;
        doubt = 1 - Probability(confidence, nameof(confidence));
        setDoubt = 1 - Probability(setConfidence, nameof(setConfidence));
        line = Permutation.CopyOrIdentity(start, candidateCount);
        OpenRound();
    }

    /// <inheritdoc/>
    public override string Name => Aggregation;

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
        var inLine = AdditivePosterior.Of(Matrix, line).Scores();
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

    private void AskFirst(int n)
    {
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                if (i != j && (n <= FewCandidates || j == (i + 1) % n))
                {
                    Ask(new(line[i], line[j]));
                }
            }
        }
    }

    private void AskForTheDecision(int n)
    {
        var decision = new Decision(AdditivePosterior.Of(Matrix, line), topK, doubt, setDoubt);

        // The last round cannot be corrected by another one, so it may request more pairs.
        var most = Rounds == MostRounds - 1 ? 2 * n : n;
        if (decision.Excess <= 1)
        {
            return;
        }

        for (var asked = 0; asked < most && decision.Excess > Decision.Enough && decision.TakeMostInformative() is var (first, second); asked++)
        {
            Ask(new(line[first], line[second]));
        }
    }
}
