using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Ranking;

public sealed class CandidateRankingTests
{
    [Fact]
    public void ByScores_Ties_ShareTheSmallestRankInCandidateOrder()
    {
        var ranking = CandidateRanking.ByScores([0.5, 2, 0.5, -1, 2, 0.5], comparisons: 30, rounds: 1);
        Assert.Equal([3, 1, 3, 6, 1, 3], ranking.Ranks);
        Assert.Equal([1, 4, 0, 2, 5, 3], ranking.Order);
        Assert.Equal(1, ranking.Best);
        Assert.Equal((30, 1), (ranking.Comparisons, ranking.Rounds));
    }

    [Fact]
    public void ByScores_NegativeZero_TiesWithZero() =>
        Assert.Equal([1, 1], CandidateRanking.ByScores([-0.0, 0.0], 0, 0).Ranks);

    [Fact]
    public void ByOrder_Scores_CountThosePlacedBelow()
    {
        var ranking = CandidateRanking.ByOrder([2, 0, 1], 4, 2);
        Assert.Equal([1.0, 0.0, 2.0], ranking.Scores);
        Assert.Equal([2, 3, 1], ranking.Ranks);
        Assert.Equal([2, 0, 1], ranking.Order);
    }

    [Theory]
    [InlineData(1, new[] { 2 })]
    [InlineData(2, new[] { 2, 0 })]
    [InlineData(3, new[] { 2, 0, 1 })]
    [InlineData(4, new[] { 2, 0, 1 })]
    [InlineData(int.MaxValue, new[] { 2, 0, 1 })]
    public void TopK_AnyK_IsAPrefixOfTheOrder(int k, int[] expected) =>
        Assert.Equal(expected, CandidateRanking.ByScores([1, 0, 2], 6, 1).TopK(k).ToArray());

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void TopK_BelowOne_IsRefused(int k)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => CandidateRanking.ByScores([1], 0, 0).TopK(k).Length);
        Assert.Contains("at least 1", error.Message, StringComparison.Ordinal);
    }
}
