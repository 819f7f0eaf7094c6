using LLMBlender.Core.Fusion;

namespace LLMBlender.Core.Tests.Fusion;

public sealed class FusionGuardTests
{
    [Theory]
    [InlineData(2, true)]
    [InlineData(0, true)]
    [InlineData(-0.25, false)]
    [InlineData(-1.25, false)]
    [InlineData(double.NaN, false)]
    public void Passes_Margin_IsWonOrTied(double margin, bool passes) => Assert.Equal(passes, FusionGuard.Passes(margin));
}
