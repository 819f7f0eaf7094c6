using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Ranking;

public sealed class BubbleSortTests
{
    [Fact]
    public void WholeOrder_AlreadyInLine_TakesOnePass()
    {
        // Later is better, which is how the line is sorted.
        var ranking = Comparer.Run(BubbleSort.WholeOrder(5), pair => pair.First - pair.Second);
        Assert.Equal([5, 4, 3, 2, 1], ranking.Ranks);
        Assert.Equal([0.0, 1.0, 2.0, 3.0, 4.0], ranking.Scores);
        Assert.Equal((8, 4), (ranking.Comparisons, ranking.Rounds));
    }

    [Fact]
    public void WholeOrder_Reversed_ComparesEveryPairOnce()
    {
        var ranking = Comparer.Run(BubbleSort.WholeOrder(5), pair => pair.Second - pair.First);
        Assert.Equal([1, 2, 3, 4, 5], ranking.Ranks);
        Assert.Equal((20, 10), (ranking.Comparisons, ranking.Rounds));
    }

    [Fact]
    public void WholeOrder_RockPaperScissors_EndsWhereNeighboursAgree()
    {
        // 0 beats 1, 1 beats 2, 2 beats 0; that 1 beats 2 never comes up.
        var ranking = Comparer.Run(BubbleSort.WholeOrder(3), pair => (pair.Second - pair.First + 3) % 3 == 1 ? 1 : -1);
        Assert.Equal([2, 0, 1], ranking.Order);
        Assert.Equal([2, 3, 1], ranking.Ranks);
        Assert.Equal(4, ranking.Comparisons);
    }

    [Fact]
    public void WholeOrder_Ties_GoToTheLaterInLine()
    {
        Assert.Equal([2, 1, 0], Comparer.Run(BubbleSort.WholeOrder(3), _ => 0.5f).Order);
        Assert.Equal([1, 0, 2], Comparer.Run(BubbleSort.WholeOrder(3, [2, 0, 1]), _ => 0.5f).Order);
    }

    [Fact]
    public void WholeOrder_OrdersDisagree_TheStrongerLogitDecides()
    {
        // Each candidate looks better from the left; 0 by more.
        float[,] matrix = { { 0, 0.75f }, { 0.5f, 0 } };
        Assert.Equal([0, 1], Comparer.Run(BubbleSort.WholeOrder(2), matrix).Order);
    }

    [Fact]
    public void Best_OnePass_CarriesTheBestAndEliminatesTheOthers()
    {
        // Quality by index: 2, 0, 3, 1. In line: 0 meets 1 and stays, loses to 2, which then beats 3.
        int[] quality = [2, 0, 3, 1];
        var ranking = Comparer.Run(BubbleSort.Best(4), pair => quality[pair.First] - quality[pair.Second]);
        Assert.Equal([2, 3, 0, 1], ranking.Order);
        Assert.Equal([3, 4, 1, 2], ranking.Ranks);
        Assert.Equal((6, 3), (ranking.Comparisons, ranking.Rounds));
    }

    [Fact]
    public void Worst_OnePass_CarriesTheWorst()
    {
        int[] quality = [1, 2, 0, 3];
        var ranking = Comparer.Run(BubbleSort.Worst(4), pair => quality[pair.First] - quality[pair.Second]);
        Assert.Equal([1, 0, 3, 2], ranking.Order);
        Assert.Equal((6, 3), (ranking.Comparisons, ranking.Rounds));
    }

    [Fact]
    public void Worst_Ties_GoToTheLaterInLine() =>
        Assert.Equal(2, Comparer.Run(BubbleSort.Worst(3), _ => 0).Order[^1]);

    [Fact]
    public void Best_SecondPass_PlacesTheRunnerUpBesideTheBest()
    {
        // One pass leaves the line 0, 2, 1, 3; the second, from place 1 on, carries 2 past 1.
        int[] quality = [0, 1, 2, 3];
        float Logit(CandidatePair pair) => quality[pair.First] - quality[pair.Second];
        var once = Comparer.Run(BubbleSort.Best(4, [3, 0, 2, 1]), Logit);
        Assert.Equal([3, 1, 2, 0], once.Order);
        Assert.Equal((6, 3), (once.Comparisons, once.Rounds));
        var twice = Comparer.Run(BubbleSort.Best(4, [3, 0, 2, 1], passes: 2), Logit);
        Assert.Equal([3, 2, 1, 0], twice.Order);
        Assert.Equal((8, 4), (twice.Comparisons, twice.Rounds));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Best_NoPass_IsRefused(int passes)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => BubbleSort.Best(3, passes: passes));
        Assert.Equal("passes", error.ParamName);
    }

    [Theory]
    [InlineData(new[] { 0, 1 }, "names 2 candidates; there are 3")]
    [InlineData(new[] { 0, 1, 1 }, "names candidate 1; it must name each of 0 to 2 once")]
    [InlineData(new[] { 0, 1, 3 }, "names candidate 3; it must name each of 0 to 2 once")]
    [InlineData(new[] { -1, 1, 2 }, "names candidate -1; it must name each of 0 to 2 once")]
    public void Start_NotAPermutation_IsRefusedByName(int[] start, string expected)
    {
        var error = Assert.Throws<ArgumentException>(() => BubbleSort.WholeOrder(3, start));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_IsTheFirstLine()
    {
        var engine = BubbleSort.Best(4, [2, 0, 3, 1]);
        Assert.Equal([new(2, 0), new(0, 2)], engine.NextPairs().ToArray());
    }
}
