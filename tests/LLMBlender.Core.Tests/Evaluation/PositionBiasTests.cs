using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class PositionBiasTests
{
    // By hand. Pairs: (0,1) 2 and −1, decided alike, sum 1; (0,2) 1 and 1, turned, sum 2; (1,2) −1 and 1, decided alike, sum 0.
    [Fact]
    public void Bias_OfAMatrix_IsCountedPairByPair()
    {
        var bias = PositionBias.Of(new float[,] { { 0, 2, 1 }, { -1, 0, -1 }, { 1, 1, 0 } });

        Assert.Equal(1 / 3.0, bias.Turned, 12);
        Assert.Equal(1.0, bias.Asymmetry, 12);
        Assert.Equal(7 / 6.0, bias.Size, 12);
        Assert.Equal(4 / 6.0, bias.FirstWins, 12);
    }

    [Fact]
    public void Bias_OfAnAntisymmetricMatrix_IsNone()
    {
        var bias = PositionBias.Of(new float[,] { { 0, 2 }, { -2, 0 } });

        Assert.Equal((0.0, 0.0, 0.5), (bias.Turned, bias.Asymmetry, bias.FirstWins));
    }

    [Fact]
    public void Bias_OfOneCandidate_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PositionBias.Of(new float[1, 1]));
}
