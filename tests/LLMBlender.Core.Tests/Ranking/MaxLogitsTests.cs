using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Ranking;

public sealed class MaxLogitsTests
{
    [Fact]
    public void NextPairs_FirstRound_IsEveryOrderedPair()
    {
        var engine = new MaxLogits(3);
        Assert.Equal([new(0, 1), new(0, 2), new(1, 0), new(1, 2), new(2, 0), new(2, 1)], engine.NextPairs().ToArray());
    }

    [Fact]
    public void Rank_HandMadeMatrix_ScoresCountTheDiagonal()
    {
        float[,] matrix = { { 0, 1, 2 }, { 4, 0, 8 }, { -16, -32, 0 } };
        var ranking = Comparer.Run(new MaxLogits(3), matrix);
        Assert.Equal([(3 + 12) / 3.0, (12 + 31) / 3.0, (-48 - 10) / 3.0], ranking.Scores);
        Assert.Equal([2, 1, 3], ranking.Ranks);
        Assert.Equal([1, 0, 2], ranking.Order);
        Assert.Equal((6, 1), (ranking.Comparisons, ranking.Rounds));
    }

    [Fact]
    public void Rank_AlikeCandidates_ShareTheSmallestRank()
    {
        float[,] matrix = { { 0, 0.1f, 0.7f }, { 0.1f, 0, 0.7f }, { -0.3f, -0.3f, 0 } };
        var ranking = Comparer.Run(new MaxLogits(3), matrix);
        Assert.Equal([1, 1, 3], ranking.Ranks);
        Assert.Equal([0, 1, 2], ranking.Order);
    }

    [Fact]
    public void Rank_LargestLogits_ScoresStayFinite()
    {
        float[,] matrix = { { 0, float.MaxValue }, { -float.MaxValue, 0 } };
        Assert.Equal([float.MaxValue, -float.MaxValue], Comparer.Run(new MaxLogits(2), matrix).Scores);
    }
}
