namespace LLMBlender.Core.Ranking;

/// <summary>An engine that requests every ordered pair at once, N(N−1) in one round, and ranks by a score over the matrix.</summary>
public abstract class FullMatrixEngine : RankingEngine
{
    private protected FullMatrixEngine(int candidateCount)
        : base(candidateCount, candidateCount * (candidateCount - 1)) => OpenRound();

    /// <summary>Each candidate's score, higher is better; called when the matrix is complete.</summary>
    private protected abstract double[] Score();

    private protected sealed override void AskNext()
    {
        if (Matrix.RecordedCount > 0)
        {
            return;
        }

        for (var i = 0; i < Matrix.CandidateCount; i++)
        {
            AskRow(i);
        }
    }

    private protected sealed override CandidateRanking Conclude() =>
        CandidateRanking.ByScores(Score(), Matrix.RecordedCount, Rounds);

    private void AskRow(int first)
    {
        for (var second = 0; second < Matrix.CandidateCount; second++)
        {
            if (second != first)
            {
                Ask(new(first, second));
            }
        }
    }
}
