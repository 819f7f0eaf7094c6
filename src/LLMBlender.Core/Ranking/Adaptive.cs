namespace LLMBlender.Core.Ranking;

/// <summary>
/// Finds the best candidates, and estimates everyone's <see cref="MaxLogits"/> score, from a part of the pairs in few rounds.
/// </summary>
/// <remarks>
/// <para>
/// The first round is a ring: each candidate is once on the left and once on the right, N comparisons. After each round a Gaussian
/// posterior (<see cref="AdditivePosterior"/>) says what every candidate's score over the whole matrix would be and how surely; the next
/// round asks for the pairs, in one direction or in both, that make the decision at stake most certain. It uses the logits' size, not
/// only their sign.
/// </para>
/// <para>
/// Settled when, by the posterior, the best candidate is that of the full matrix with probability <c>confidence</c> at least, and the
/// set of the top k with probability <c>setConfidence</c> (union bounds over the candidates that could still change it), when nothing
/// that matters is missing, or after <see cref="MostRounds"/> rounds. Ranks below the top k are estimates. A matrix recorded in full gives MaxLogits' own scores.
/// </para>
/// </remarks>
public sealed class Adaptive : RankingEngine
{
    /// <summary>The aggregation's name.</summary>
    public const string Aggregation = "adaptive";

    /// <summary>The most dependent waits of one ranking.</summary>
    public const int MostRounds = 6;

    /// <summary>The confidence in the best where none is given.</summary>
    public const double DefaultConfidence = 0.98;

    /// <summary>How many of the best are settled as a set where nothing is said: as many as a fuser reads by default.</summary>
    public const int DefaultTopK = 3;

    /// <summary>The confidence in that set where none is given. Who is third matters less than who is best, and costs more to tell.</summary>
    public const double DefaultSetConfidence = 0.6;

    // Where so few pairs exist, a second wait costs more than asking for all of them.
    private const int FewCandidates = 4;

    private readonly int[] line;
    private readonly int topK;
    private readonly double doubt;
    private readonly double setDoubt;

    /// <param name="candidateCount">N, from 1 to <see cref="ComparisonMatrix.MaxCandidates"/>.</param>
    /// <param name="topK">k: how many of the best must be settled as a set, from 1; the best is always settled.</param>
    /// <param name="confidence">Probability, above 0 and below 1, with which the best must be that of the full matrix.</param>
    /// <param name="setConfidence">Probability, above 0 and below 1, with which the top k must be those of the full matrix.</param>
    /// <param name="start">The ring's order; empty for the candidates' own.</param>
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

        // The last round can't be mended by another, so that it may ask for more.
        var most = Rounds == MostRounds - 1 ? 2 * n : n;
        if (decision.Excess <= 1)
        {
            return;
        }

        for (var asked = 0; asked < most && decision.Excess > Decision.Enough && decision.TakeMostTelling() is var (first, second); asked++)
        {
            Ask(new(line[first], line[second]));
        }
    }
}
