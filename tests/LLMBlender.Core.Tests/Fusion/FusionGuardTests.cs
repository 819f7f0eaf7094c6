using LLMBlender.Core.Fusion;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Fusion;

public sealed class FusionGuardTests
{
    [Fact]
    public void Pairs_AreBothOrders() => Assert.Equal([new CandidatePair(0, 1), new CandidatePair(1, 0)], FusionGuard.Pairs.ToArray());

    [Theory]
    [InlineData(1.5f, -0.5f, 2, true)]
    [InlineData(-1f, 0.25f, -1.25, false)]
    [InlineData(0.5f, 0.75f, -0.25, false)]
    [InlineData(0.5f, 0.5f, 0, true)]
    [InlineData(float.NaN, 0f, double.NaN, false)]
    public void Margin_BothOrders_DecideTogether(float fusedFirst, float bestFirst, double margin, bool passes)
    {
        Assert.Equal(margin, FusionGuard.Margin(fusedFirst, bestFirst));
        Assert.Equal(passes, FusionGuard.Passes(FusionGuard.Margin(fusedFirst, bestFirst)));
    }
}
