using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class ChrFTests
{
    [Theory]
    [InlineData("the same", "the same")]
    [InlineData("the same", " the\tsame\n")]
    [InlineData("ab", "ab")]
    [InlineData("🙂", "🙂")]
    public void Score_OfTheSameCharacters_IsAHundred(string hypothesis, string reference) =>
        Assert.Equal(100, ChrF.Score(hypothesis, reference), 12);

    // "abc" against "abd": 2/3 of the characters, 1/2 of the pairs, 0/1 of the triples; longer n-grams don't exist. Both means are 7/18.
    [Fact]
    public void Score_OfOneWrongCharacter_IsTheMeanOverTheLengthsThereAre() =>
        Assert.Equal(700 / 18.0, ChrF.Score("abc", "abd"), 10);

    // "ab" against "abcd": precisions 1, 1; recalls 1/2, 1/3, mean 5/12. F = 5·(5/12) / (4 + 5/12) = 25/53.
    [Fact]
    public void Score_OfHalfAText_WeighsRecallFourfold()
    {
        Assert.Equal(2500 / 53.0, ChrF.Score("ab", "abcd"), 10);

        // The other way round precision is 5/12: F = 5·(5/12) / (4·(5/12) + 1) = 25/32.
        Assert.Equal(2500 / 32.0, ChrF.Score("abcd", "ab"), 10);
    }

    // Only two of the three a's can be matched: precisions 2/3, 1/2, recalls 1, 1, means 7/12 and 1.
    [Fact]
    public void Score_OfRepeatedCharacters_CountsEachOnce() =>
        Assert.Equal(100 * 5 * (7 / 12.0) / (4 * (7 / 12.0) + 1), ChrF.Score("aaa", "aa"), 10);

    [Theory]
    [InlineData("", "a")]
    [InlineData("a", "")]
    [InlineData(" ", " ")]
    [InlineData("A", "a")]
    public void Score_WithNothingInCommon_IsZero(string hypothesis, string reference) =>
        Assert.Equal(0, ChrF.Score(hypothesis, reference));
}
