using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class RougeNTests
{
    // Lin (2004), section 3.1, of ROUGE-2 on his own example: "S2 and S3 have the same score, the bigram 'the gunman'": 1 of 3.
    [Theory]
    [InlineData("police kill the gunman", 1 / 3.0)]
    [InlineData("the gunman kill police", 1 / 3.0)]
    public void Score_OfLinsExample_IsHisNumber(string hypothesis, double expected) =>
        Assert.Equal(expected, RougeN.Score(hypothesis, "police killed the gunman", 2, stem: false), 12);

    // By hand: 6 and 7 tokens with 5 in common, 2·5/13; 5 and 6 bigrams with 4 in common, 2·4/11.
    [Theory]
    [InlineData(1, 10 / 13.0)]
    [InlineData(2, 8 / 11.0)]
    public void Score_OfDifferentLengths_IsF1(int n, double expected) =>
        Assert.Equal(expected, RougeN.Score("hi! How can I help you?", "Hello! How can I help you today?", n, stem: false), 12);

    // By hand: two of the three a's match, 2·2/(3+2).
    [Fact]
    public void Score_OfRepeatedTokens_CountsEachOnce() => Assert.Equal(0.8, RougeN.Score("a a a", "a a", 1, stem: false), 12);

    [Theory]
    [InlineData("", "a", 1)]
    [InlineData("a", "b", 1)]
    [InlineData("a", "a", 2)]
    public void Score_WithNothingInCommon_IsZero(string hypothesis, string reference, int n) =>
        Assert.Equal(0, RougeN.Score(hypothesis, reference, n, stem: false));
}
