namespace LLMBlender.Core.Ranking;

/// <summary>
/// Ranks by sorting: neighbours in a line are compared, both orders of one pair at a time, and the better one moves right.
/// </summary>
/// <remarks>
/// <para>
/// The next candidate is at least as good as the current one when M[current,next] − M[next,current] ≤ 0, as in the
/// reference's <c>_bubble_predict</c>: a tie favours the later one in line. The search for the worst mirrors the condition to ≥ 0, so
/// that a tie again favours the later one. A repeated pair is decided by the recorded logits.
/// </para>
/// <para>
/// All candidates are ranked for every goal, and the ranks are strict: a score is the number of candidates ranked below.
/// </para>
/// </remarks>
public sealed class BubbleSort : RankingEngine
{
    /// <summary>The aggregation's name.</summary>
    public const string Aggregation = "bubble-sort";

    /// <summary>The name of <see cref="Best"/>, in one pass.</summary>
    public const string BestAlone = "bubble-best";

    /// <summary>The name of <see cref="Worst"/>, in one pass.</summary>
    public const string WorstAlone = "bubble-worst";

    private readonly Goal goal;
    private readonly int[] line;
    private readonly int passes;
    private int pass;
    private int place;
    private int end;

    private BubbleSort(Goal goal, int candidateCount, ReadOnlySpan<int> start, int passes)
        : base(candidateCount, pairsPerRound: 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(passes, 1);
        this.goal = goal;
        this.passes = Math.Min(passes, candidateCount);
        line = Permutation.CopyOrIdentity(start, candidateCount);
        end = candidateCount - 1;
        OpenRound();
    }

    private enum Goal
    {
        WholeOrder,
        Best,
        Worst,
    }

    /// <inheritdoc/>
    public override string Name => goal switch
    {
        Goal.Best => BestAlone,
        Goal.Worst => WorstAlone,
        _ => Aggregation,
    };

    /// <summary>Called after each step with the current candidate, the next one, and the one that moved right.</summary>
    internal Action<int, int, int>? Stepped { get; set; }

    /// <summary>Sorts until every neighbour is in place, in at most N−1 passes: 2(N−1) to N(N−1) comparisons.</summary>
    /// <remarks>
    /// The first pass finds the same best candidate as <see cref="Best"/>, and every pass settles one more position, so that sorting
    /// terminates even for cyclic preferences.
    /// </remarks>
    /// <param name="candidateCount">N, from 1 to <see cref="ComparisonMatrix.MaxCandidates"/>.</param>
    /// <param name="start">
    /// The line before the first step; empty for the candidates' order. <see cref="Permutation.Shuffled"/> makes one from a seed.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">N is outside its range.</exception>
    /// <exception cref="ArgumentException"><paramref name="start"/> is not a permutation of the candidates.</exception>
    public static BubbleSort WholeOrder(int candidateCount, ReadOnlySpan<int> start = default) =>
        new(Goal.WholeOrder, candidateCount, start, passes: int.MaxValue);

    /// <summary>Finds only the best candidate, as the reference does: one pass is 2(N−1) comparisons.</summary>
    /// <remarks>
    /// Rank 1 is the best. The others follow by elimination, the last one eliminated first; their order is not reliable, and the
    /// reference's <c>return_all</c> lists them in reverse.
    /// </remarks>
    /// <param name="candidateCount">N, from 1 to <see cref="ComparisonMatrix.MaxCandidates"/>.</param>
    /// <param name="start">The line before the first step; empty for the candidates' order.</param>
    /// <param name="passes">
    /// The reference's <c>num_runs</c>, at least 1; more than N count as N. Pass r, from 0, starts at position r and runs to the end of the
    /// line. More passes rank the candidates next to the best but never change the best, even for cyclic preferences: a candidate that the
    /// best has not been compared with lost to another candidate, and is compared with that one again first.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">N or <paramref name="passes"/> is outside its range.</exception>
    /// <exception cref="ArgumentException"><paramref name="start"/> is not a permutation of the candidates.</exception>
    public static BubbleSort Best(int candidateCount, ReadOnlySpan<int> start = default, int passes = 1) =>
        new(Goal.Best, candidateCount, start, passes);

    /// <summary>Finds only the worst candidate, as <see cref="Best"/> finds the best.</summary>
    /// <remarks>Rank N is the worst. The others precede it by elimination, the first one eliminated first.</remarks>
    /// <inheritdoc cref="Best"/>
    public static BubbleSort Worst(int candidateCount, ReadOnlySpan<int> start = default, int passes = 1) =>
        new(Goal.Worst, candidateCount, start, passes);

    private protected override void AskNext()
    {
        while (place < end || OpenPass())
        {
            var pair = new CandidatePair(line[place], line[place + 1]);
            if (!Matrix.IsRecorded(pair))
            {
                Ask(pair);
                Ask(pair.Swapped);
                return;
            }

            Step(pair);
        }
    }

    private protected override CandidateRanking Conclude()
    {
        var order = line.ToArray();
        if (goal != Goal.Worst)
        {
            order.AsSpan().Reverse();
        }

        return CandidateRanking.ByOrder(order, Matrix.RecordedCount, Rounds);
    }

    private void Step(CandidatePair pair)
    {
        if (!NextMovesOn(pair))
        {
            (line[place], line[place + 1]) = (pair.Second, pair.First);
        }

        Stepped?.Invoke(pair.First, pair.Second, line[place + 1]);
        place++;
    }

    private bool NextMovesOn(CandidatePair pair)
    {
        var forth = Matrix[pair];
        var back = Matrix[pair.Swapped];
        return goal == Goal.Worst ? forth >= back : forth <= back;
    }

    // A sort skips the settled positions at the end of the line. A search uses the reference's loop bounds: every pass runs to the end and
    // starts one position later.
    private bool OpenPass()
    {
        pass++;
        if (goal == Goal.WholeOrder)
        {
            place = 0;
            end--;
        }
        else
        {
            place = pass;
        }

        return pass < passes && place < end;
    }
}
