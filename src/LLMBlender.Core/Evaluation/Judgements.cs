namespace LLMBlender.Core.Evaluation;

/// <summary>A record's pairwise judgements, and the statistics of the paper's tables.</summary>
public sealed class Judgements
{
    private readonly PairVerdict?[,] verdicts;

    /// <param name="candidateCount">N, at least 1.</param>
    /// <param name="judgements">The verdicts; the last verdict on a pair counts.</param>
    /// <exception cref="ArgumentException">A judgement has an index out of range, or compares a candidate with itself.</exception>
    public Judgements(int candidateCount, IEnumerable<Judgement> judgements)
    {
        verdicts = new PairVerdict?[candidateCount, candidateCount];
        foreach (Judgement judgement in judgements)
        {
            if ((uint)judgement.First >= candidateCount || (uint)judgement.Second >= candidateCount || judgement.First == judgement.Second)
            {
                throw new ArgumentException(
                    $"a judgement names candidates {judgement.First} and {judgement.Second}; they must be two of 0 to {candidateCount - 1}", nameof(judgements));
            }

            verdicts[judgement.First, judgement.Second] = judgement.Verdict;
            verdicts[judgement.Second, judgement.First] = judgement.Swapped;
        }
    }

    /// <summary>N.</summary>
    public int Count => verdicts.GetLength(0);

    /// <summary>Whether every pair is judged.</summary>
    public bool IsComplete
    {
        get
        {
            for (int i = 0; i < Count; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    if (verdicts[i, j] is null)
                    {
                        return false;
                    }
                }
            }

            return true;
        }
    }

    /// <summary>The verdict on two candidates; null if there is none.</summary>
    public PairVerdict? this[int first, int second] => verdicts[first, second];

    /// <summary>
    /// GPT-Rank's scores: wins minus losses of each candidate. Both kinds of tie contribute 0, as under MaxLogits in the reference, whose
    /// scores are twice these.
    /// </summary>
    public double[] Scores()
    {
        double[] scores = new double[Count];
        for (int i = 0; i < Count; i++)
        {
            for (int j = 0; j < Count; j++)
            {
                scores[i] += verdicts[i, j] switch
                {
                    PairVerdict.FirstBetter => 1,
                    PairVerdict.SecondBetter => -1,
                    _ => 0,
                };
            }
        }

        return scores;
    }

    /// <summary>GPT-Rank: 1 is best, ties share the smallest rank.</summary>
    public int[] Ranks() => Evaluation.Ranks.Smallest(Scores());

    /// <summary>
    /// Whether a candidate wins or ties against another by the judge's verdict on the pair: <c>≥X</c> in the paper's tables. A candidate
    /// ties with itself.
    /// </summary>
    /// <remarks>
    /// The published figures are disputed: they appear to count a choice of X itself as a loss. The strict reading, used by later recounts,
    /// accepts "better", "same good" and X itself, but not "same bad".
    /// </remarks>
    /// <param name="candidate">The candidate.</param>
    /// <param name="against">X.</param>
    /// <param name="isStrict">Whether two equally bad answers do not count as a tie.</param>
    /// <returns>Null if the pair was not judged.</returns>
    public bool? WinsOrTies(int candidate, int against, bool isStrict = false) => candidate == against
        ? true
        : verdicts[candidate, against] switch
        {
            null => null,
            PairVerdict.FirstBetter or PairVerdict.SameGood => true,
            PairVerdict.SameBad => !isStrict,
            _ => false,
        };
}
