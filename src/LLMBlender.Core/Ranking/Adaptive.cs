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
/// Settled when, by the posterior, the best candidate and the set of the top k are those of the full matrix with probability
/// <c>confidence</c> at least (a union bound over the candidates that could still change it), when nothing that matters is unheard, or
/// after <see cref="MostRounds"/> rounds. Ranks below the top k are estimates. A matrix heard in full gives MaxLogits' own scores.
/// </para>
/// </remarks>
public sealed class Adaptive : RankingEngine
{
    /// <summary>The aggregation's name.</summary>
    public const string Aggregation = "adaptive";

    /// <summary>The most dependent waits of one ranking.</summary>
    public const int MostRounds = 6;

    /// <summary>The confidence where none is given.</summary>
    public const double DefaultConfidence = 0.98;

    // Where so few pairs exist, a second wait costs more than asking for all of them.
    private const int FewCandidates = 4;

    private readonly int[] line;
    private readonly int topK;
    private readonly double doubt;

    /// <param name="candidateCount">N, from 1 to <see cref="ComparisonMatrix.MaxCandidates"/>.</param>
    /// <param name="topK">k: how many of the best must be settled as a set, from 1; the best is always settled.</param>
    /// <param name="confidence">Probability, above 0 and below 1, with which the decision must be that of the full matrix.</param>
    /// <param name="start">The ring's order; empty for the candidates' own.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    /// <exception cref="ArgumentException"><paramref name="start"/> is not a permutation of the candidates.</exception>
    public Adaptive(int candidateCount, int topK = 1, double confidence = DefaultConfidence, ReadOnlySpan<int> start = default)
        : base(candidateCount, 2 * candidateCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        if (confidence is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "the confidence must be above 0 and below 1");
        }

        this.topK = topK;
        doubt = 1 - confidence;
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
        else if (Rounds < MostRounds && Matrix.HeardCount < n * (n - 1))
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

        return CandidateRanking.ByScores(scores, Matrix.HeardCount, Rounds);
    }

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
        var decision = new Decision(AdditivePosterior.Of(Matrix, line), topK);

        // The last round can't be mended by another, so that it may ask for more.
        var most = Rounds == MostRounds - 1 ? 2 * n : n;
        if (decision.Error <= doubt)
        {
            return;
        }

        // What is heard moves the scores as well as the doubt: half the doubt leaves room for that.
        for (var asked = 0; asked < most && decision.Error > doubt / 2 && decision.TakeMostTelling() is var (first, second); asked++)
        {
            Ask(new(line[first], line[second]));
        }
    }
}
