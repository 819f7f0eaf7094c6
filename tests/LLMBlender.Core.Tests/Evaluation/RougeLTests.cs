using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class RougeLTests
{
    // The worked example of Lin (2004), section 3.1: police killed the gunman.
    [Theory]
    [InlineData("police kill the gunman", 0.75)]
    [InlineData("the gunman kill police", 0.5)]
    [InlineData("the gunman police killed", 0.5)]
    public void Score_OfLinsExample_IsHisNumber(string hypothesis, double expected) =>
        Assert.Equal(expected, RougeL.Score(hypothesis, "police killed the gunman", stem: false), 12);

    // 3 common tokens, 4 said, 6 wanted: precision 3/4, recall 3/6, F1 = 2·(3/8)/(5/4).
    [Fact]
    public void Score_OfDifferentLengths_IsTheHarmonicMean() =>
        Assert.Equal(0.6, RougeL.Score("a b x c", "a b c d e f", stem: false), 12);

    [Fact]
    public void Score_LooksPastCaseAndPunctuation() =>
        Assert.Equal(1, RougeL.Score("It's 3 o'clock!", "it s 3 (O) Clock", stem: false), 12);

    [Theory]
    [InlineData("", "a")]
    [InlineData("a", "")]
    [InlineData("…", "!?")]
    [InlineData("a", "b")]
    public void Score_WithNothingInCommon_IsZero(string hypothesis, string reference) =>
        Assert.Equal(0, RougeL.Score(hypothesis, reference, stem: false));
}
