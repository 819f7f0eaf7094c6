namespace LLMBlender.Core.Ranking;

/// <summary>
/// Ranks by how far each candidate is better than a reference: s_i = M[i,ref] − M[ref,i], of 2N comparisons in one round.
/// </summary>
/// <remarks>
/// The reference's <c>rank_with_ref</c>: a score that can be compared between candidates without comparing each with each, as a
/// scalar reward. The reference is one of the candidates, which then has score 0 and is not compared with itself, or a text of
/// its own, which has no rank.
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

    /// <summary>Against one of the candidates.</summary>
    /// <param name="candidateCount">N, from 1 to <see cref="ComparisonMatrix.MaxCandidates"/>.</param>
    /// <param name="reference">Its index.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is outside its range, or there is no such candidate.</exception>
    public static AgainstReference OneOf(int candidateCount, int reference)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(reference);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(reference, candidateCount);
        return new AgainstReference(candidateCount, reference, candidateCount);
    }

    /// <summary>Against a text that is none of them: pairs name it by the index N.</summary>
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
