using System.Text.Json;
using LLMBlender.Core.Ranking;
using LLMBlender.TestKit;

namespace LLMBlender.Core.Tests.Ranking;

public sealed class ReferenceRankingTests
{
    private const double ScoreTolerance = 3e-5;

    [Fact]
    public void MaxLogits_CommittedMatrices_ScoresAndRanksAreTheReferences()
    {
        using var reference = ReferenceRanking.Committed();
        Assert.Equal(52, CheckMaxLogits(reference));
    }

    [Fact]
    public void MaxWins_CommittedMatrices_RanksAreTheReferences()
    {
        using var reference = ReferenceRanking.Committed();
        Assert.Equal(52, CheckMaxWins(reference));
    }

    [Fact]
    public void BubbleSort_CommittedMatrices_EveryStepIsTheReferences()
    {
        using var reference = ReferenceRanking.Committed();
        Assert.Equal(612, CheckBubble(reference));
    }

    [Fact]
    public void Everything_SharedMatrices_IsTheReferences()
    {
        Assert.SkipUnless(SharedFolder.Exists, SharedFolder.SkipReason);
        using var reference = ReferenceRanking.Shared();
        Assert.NotEqual(0, CheckMaxLogits(reference));
        Assert.NotEqual(0, CheckMaxWins(reference));
        Assert.NotEqual(0, CheckBubble(reference));
    }

    [Theory]
    [InlineData("get_best_of_n")]
    [InlineData("get_worst_of_n")]
    public void BubbleSort_BestOfN_LosersAreTheReferencesReversed(string verb)
    {
        using var reference = ReferenceRanking.Committed();
        var expected = reference.Root.GetProperty("best_of_n").GetProperty($"{verb}/bubble/return_all=true");
        var results = Read<int[][]>(expected, "result");
        var starts = Read<int[][]>(expected, "initial_permutations_per_batch");
        var matrices = reference.Matrices(reference.Groups.First());
        for (var record = 0; record < results.Length; record++)
        {
            // The reference ran batches of four records, each batch with one order.
            var engine = Bubble(verb == "get_best_of_n" ? "best" : "worst", 5, starts[record / 4], 1);
            var order = Comparer.Run(engine, matrices[record]).Order;
            var sought = verb == "get_best_of_n" ? order : order.Reverse().ToArray();
            int[] asTheReference = [sought[0], .. sought[1..].Reverse()];
            Assert.Equal(results[record], asTheReference);
        }
    }

    [Fact]
    public void MaxLogits_BestOfN_OrderIsTheReferences()
    {
        using var reference = ReferenceRanking.Committed();
        var all = reference.Root.GetProperty("best_of_n");
        var best = Read<int[][]>(all.GetProperty("get_best_of_n/full/return_all=true"), "result");
        var worst = Read<int[][]>(all.GetProperty("get_worst_of_n/full/return_all=true"), "result");
        var matrices = reference.Matrices(reference.Groups.First());
        for (var record = 0; record < matrices.Length; record++)
        {
            var order = Comparer.Run(new MaxLogits(5), matrices[record]).Order;
            Assert.Equal(best[record], order);
            Assert.Equal(worst[record], order.Reverse());
        }
    }

    private static int CheckMaxLogits(ReferenceRanking reference)
    {
        var records = 0;
        foreach (var group in reference.Groups)
        {
            var matrices = reference.Matrices(group);
            var scores = Read<double[][]>(group, "scores_rank_api");
            var fromHelper = Read<double[][]>(group, "scores_max_logits");
            for (var record = 0; record < matrices.Length; record++, records++)
            {
                var ranking = Comparer.Run(new MaxLogits(matrices[record].GetLength(0)), matrices[record]);
                AssertClose(scores[record], ranking.Scores);
                AssertClose(fromHelper[record], ranking.Scores);
                Assert.Equal(Read<int[][]>(group, "ranks_rank_api")[record], ranking.Ranks);
                Assert.Equal(Read<int[][]>(group, "ranks_max_logits_from_cmps")[record], ranking.Ranks);
            }
        }

        return records;
    }

    private static int CheckMaxWins(ReferenceRanking reference)
    {
        var records = 0;
        foreach (var group in reference.Groups)
        {
            var ranks = Read<int[][]>(group, "ranks_max_wins_from_cmps");
            foreach (var (matrix, expected) in reference.Matrices(group).Zip(ranks))
            {
                Assert.Equal(expected, Comparer.Run(new MaxWins(matrix.GetLength(0)), matrix).Ranks);
                records++;
            }
        }

        return records;
    }

    private static int CheckBubble(ReferenceRanking reference)
    {
        var runs = 0;
        foreach (var group in reference.Groups)
        {
            var matrices = reference.Matrices(group);
            foreach (var bubble in group.GetProperty("bubble").EnumerateArray())
            {
                for (var record = 0; record < matrices.Length; record++, runs++)
                {
                    CheckBubble(bubble, record, matrices[record]);
                }
            }
        }

        return runs;
    }

    private static void CheckBubble(JsonElement bubble, int record, float[,] matrix)
    {
        var goal = bubble.GetProperty("best_or_worst").GetString()!;
        var passes = bubble.GetProperty("num_runs").GetInt32();
        var start = Read<int[]>(bubble, "initial_permutation");
        var selected = Read<int[]>(bubble, "selected")[record];

        List<int>[] steps = [[], [], []];
        var engine = Bubble(goal, start.Length, start, passes < 0 ? int.MaxValue : passes);
        engine.Stepped = (current, next, better) =>
        {
            steps[0].Add(current);
            steps[1].Add(next);
            steps[2].Add(better);
        };
        var ranking = Comparer.Run(engine, matrix);

        Assert.Equal(Read<int[][][]>(bubble, "select_process")[record], steps.Select(row => row.ToArray()));
        Assert.Equal(selected, goal == "best" ? ranking.Best : ranking.Order[^1]);
        if (passes == 1)
        {
            Assert.Equal(2 * (start.Length - 1), ranking.Comparisons);
            CheckWholeOrder(goal, start, matrix, selected);
        }
    }

    private static void CheckWholeOrder(string goal, int[] start, float[,] matrix, int selected)
    {
        if (goal == "best")
        {
            Assert.Equal(selected, Comparer.Run(BubbleSort.WholeOrder(start.Length, start), matrix).Best);
        }
    }

    private static BubbleSort Bubble(string goal, int count, int[] start, int passes) => goal == "best"
        ? BubbleSort.Best(count, start, passes)
        : BubbleSort.Worst(count, start, passes);

    private static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (e, a) in expected.Zip(actual))
        {
            Assert.Equal(e, a, ScoreTolerance);
        }
    }

    private static T Read<T>(JsonElement element, string property) => element.GetProperty(property).Deserialize<T>()!;
}
