using LLMBlender.Core.Fusion;

namespace LLMBlender.Core.Tests.Fusion;

public sealed class FusionRequestTests
{
    [Fact]
    public void Of_MoreThanTopK_TakesTheBestInTheirOrder() =>
        Assert.Equal(["a", "b", "c"], FusionRequest.Of("Say.", null, ["a", "b", "c", "d"]).Candidates);

    [Fact]
    public void Of_FewerThanTopK_TakesAll() =>
        Assert.Equal(["a"], FusionRequest.Of("Say.", null, ["a"], topK: 3).Candidates);

    [Fact]
    public void Of_EmptyCandidates_FallBackToTheBestThatSaysSomething()
    {
        var request = FusionRequest.Of("Say.", null, ["", " \n", "third", "fourth"], topK: 2);

        Assert.Equal("third", request.Best);
        Assert.Equal(["", " \n"], request.Candidates);
    }

    [Theory]
    [InlineData("there are no candidates")]
    [InlineData("the only candidate is empty", "")]
    [InlineData("all 2 candidates are empty", "", " ")]
    public void Of_NothingToSay_IsRefused(string problem, params string[] candidates) => Assert.Contains(
        problem, Assert.Throws<ArgumentException>(() => FusionRequest.Of("Say.", null, candidates)).Message, StringComparison.Ordinal);

    [Fact]
    public void Of_TopKOfNone_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => FusionRequest.Of("Say.", null, ["a"], topK: 0));
}
