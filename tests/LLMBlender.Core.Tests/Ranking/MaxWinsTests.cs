using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Ranking;

public sealed class MaxWinsTests
{
    [Fact]
    public void Rank_HandMadeMatrix_CountsWinsFromBothSides()
    {
        // 0 beats 1 from the left alone, 2 from both sides; 1 beats 0 from its left; 1 and 2 each win from their left.
        float[,] matrix = { { 0, 0.1f, 5 }, { 0.1f, 0, 0.1f }, { -5, 0.1f, 0 } };
        var ranking = Comparer.Run(new MaxWins(3), matrix);
        Assert.Equal([3.0, 2.0, 1.0], ranking.Scores);
        Assert.Equal([1, 2, 3], ranking.Ranks);
        Assert.Equal((6, 1), (ranking.Comparisons, ranking.Rounds));
    }

    [Fact]
    public void Rank_ZeroLogits_AreNobodysWin()
    {
        var ranking = Comparer.Run(new MaxWins(3), new float[3, 3]);
        Assert.Equal([0.0, 0.0, 0.0], ranking.Scores);
        Assert.Equal([1, 1, 1], ranking.Ranks);
    }

    [Fact]
    public void Rank_SizeOfLogits_DoesNotMatter()
    {
        float[,] matrix = { { 0, 0.001f, 0.001f }, { -0.001f, 0, 100 }, { -0.001f, -100, 0 } };
        Assert.Equal([1, 2, 3], Comparer.Run(new MaxWins(3), matrix).Ranks);
    }
}
