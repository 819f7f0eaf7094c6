namespace LLMBlender.Core.Ranking;

/// <summary>Ranks by each candidate's margin over a reference: s_i = M[i,ref] − M[ref,i], 2N comparisons in one round.</summary>
/// <remarks>
/// The reference implementation's <c>rank_with_ref</c>: a score that is comparable between candidates without comparing every pair, like a
/// scalar reward. The reference is one of the candidates, which then has score 0 and is not compared with itself, or a separate text, which
/// has no rank.
/// </remarks>
public sealed class AgainstReference : RankingEngine
{
    private readonly int candidateCount;
    private readonly int reference;

    private AgainstReference(int candidateCount, int reference, int textCount)
        : base(textCount, 2 * candidateCount)
    {
        this.candidateCount = candidateCount;
        this.reference = reference;
        OpenRound();
    }

    /// <inheritdoc/>
    public override string Name => "reference";

    /// <summary>Creates an engine whose reference is one of the candidates.</summary>
    /// <param name="candidateCount">N, from 1 to <see cref="ComparisonMatrix.MaxCandidates"/>.</param>
    /// <param name="reference">Its index.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is outside its range, or there is no such candidate.</exception>
    public static AgainstReference OneOf(int candidateCount, int reference)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(reference);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(reference, candidateCount);
        return new AgainstReference(candidateCount, reference, candidateCount);
    }

    /// <summary>Creates an engine whose reference is a separate text, which pairs refer to by the index N.</summary>
    /// <param name="candidateCount">N, from 1 to one below <see cref="ComparisonMatrix.MaxCandidates"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is outside its range.</exception>
    public static AgainstReference Other(int candidateCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(candidateCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(candidateCount, ComparisonMatrix.MaxCandidates);
        return new AgainstReference(candidateCount, candidateCount, candidateCount + 1);
    }

    private protected override void AskNext()
    {
        for (var i = 0; i < candidateCount && Matrix.RecordedCount == 0; i++)
        {
            if (i != reference)
            {
                Ask(new(i, reference));
                Ask(new(reference, i));
            }
        }
    }

    private protected override CandidateRanking Conclude()
    {
        var scores = new double[candidateCount];
        for (var i = 0; i < candidateCount; i++)
        {
            scores[i] = i == reference ? 0 : (double)Matrix[new(i, reference)] - Matrix[new(reference, i)];
        }

        return CandidateRanking.ByScores(scores, Matrix.RecordedCount, Rounds);
    }
}
