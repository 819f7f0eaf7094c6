using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Ranking;

public sealed class RankingEnginesTests
{
    [Fact]
    public void Names_AreTheContracts() =>
        Assert.Equal(["max-logits", "max-wins", "bubble-sort", "adaptive", "adaptive-best", "bubble-best", "bubble-worst"], RankingEngines.Names);

    [Fact]
    public void Default_IsRegistered() => Assert.Contains(RankingEngines.Default, RankingEngines.Names);

    [Fact]
    public void Create_EachName_GivesAFreshEngineOfThatName()
    {
        foreach (var name in RankingEngines.Names)
        {
            var engine = RankingEngines.Create(name, 3);
            Assert.Equal(name, engine.Name);
            Assert.Equal(3, engine.Matrix.CandidateCount);
            Assert.NotSame(engine, RankingEngines.Create(name, 3));
        }
    }

    [Theory]
    [InlineData("Max-Logits")]
    [InlineData("")]
    [InlineData("swiss")]
    public void Create_UnknownName_ListsTheKnownOnes(string name)
    {
        var error = Assert.Throws<ArgumentException>(() => RankingEngines.Create(name, 3));
        Assert.Contains(
            $"'{name}' is not known; known are max-logits, max-wins, bubble-sort", error.Message, StringComparison.Ordinal);
    }
}
