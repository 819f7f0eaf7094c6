using LLMBlender.Training.Data;
using LLMBlender.Training.Evaluation;

namespace LLMBlender.Training.Tests.Evaluation;

public sealed class EstimateTests
{
    [Fact]
    public void Share_OfTrials_HasWilsonsInterval()
    {
        // Known values: 81 of 263 (Newcombe 1998, table I): .2553 to .3662.
        Estimate share = Estimate.Share(81, 263);
        Assert.Equal(0.3080, share.Value, 5e-5);
        Assert.Equal(0.2553, share.Low, 5e-5);
        Assert.Equal(0.3662, share.High, 5e-5);
    }

    [Fact]
    public void Share_OfAllOrNone_StaysInsideZeroAndOne()
    {
        Assert.Equal(0, Estimate.Share(0, 20).Low);
        Assert.Equal(1, Estimate.Share(20, 20).High);
        Assert.True(Estimate.Share(20, 20).Low < 1);
    }

    [Fact]
    public void Bootstrap_OfWeightedCases_IsTheRatioOfSums()
    {
        Estimate ratio = Estimate.Bootstrap([.. Enumerable.Range(0, 200).Select(i => ((double)(i % 2), 1.0 + i % 2))]);
        Assert.Equal(100.0 / 300, ratio.Value, 1e-12);
        Assert.InRange(ratio.Low, 0.25, ratio.Value);
        Assert.InRange(ratio.High, ratio.Value, 0.42);
        Assert.Throws<ArgumentException>(() => Estimate.Bootstrap([]));
    }

    [Fact]
    public void Agreement_WithTies_CountsThemHalfAndSkipsTheJudges()
    {
        var (agreeing, ordered) = ScoreAgreement.Agreement([3, 2, 2, 1], [0.5, 0.5, -1, 2]);
        Assert.Equal((2.5 - 1, 5), (agreeing, ordered));
    }

    [Fact]
    public void Rank_WithTies_SharesTheMean()
    {
        Assert.Equal(1, ScoreAgreement.Rank([5, 3, 3, 1], 0));
        Assert.Equal(2.5, ScoreAgreement.Rank([5, 3, 3, 1], 2));
    }
}
