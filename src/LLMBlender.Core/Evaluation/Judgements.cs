namespace LLMBlender.Core.Evaluation;

/// <summary>A record's pairwise judgements, and what the paper's tables make of them.</summary>
public sealed class Judgements
{
    private readonly PairVerdict?[,] verdicts;

    /// <param name="candidateCount">N, at least 1.</param>
    /// <param name="judgements">The verdicts; of two on one pair, the later counts.</param>
    /// <exception cref="ArgumentException">One names a candidate that is not there, or a candidate with itself.</exception>
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

    /// <summary>The verdict on two candidates; null where there is none.</summary>
    public PairVerdict? this[int first, int second] => verdicts[first, second];

    /// <summary>
    /// GPT-Rank's scores: of each candidate its wins less its losses. Both kinds of tie cancel, as they do under MaxLogits in the
    /// reference, whose scores are these doubled.
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
    /// Whether a candidate wins or ties against another by the judge's own verdict on the two: <c>≥X</c> of the paper's tables. A
    /// candidate ties with itself.
    /// </summary>
    /// <remarks>
    /// The published figures are disputed: they seem to count a choice of X itself as a loss. The strict reading, by which others
    /// recounted them, lets "better", "same good" and X itself count, and not "same bad".
    /// </remarks>
    /// <param name="candidate">Who is asked about.</param>
    /// <param name="against">X.</param>
    /// <param name="isStrict">Whether two equally bad answers are no tie.</param>
    /// <returns>Null where the two were not judged.</returns>
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
