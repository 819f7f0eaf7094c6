using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class ReliabilityTests
{
    [Fact]
    public void Of_Choices_AveragesConfidenceAndRightOnesByBin()
    {
        var reliability = Reliability.Of([(0.12, 0), (0.18, 1), (0.95, 1), (1, 0.5)]);

        Assert.Equal(2, reliability.Bins.Count);
        Assert.Equal((2, 0.15, 0.5), (reliability.Bins[0].Count, Math.Round(reliability.Bins[0].Confidence, 12), reliability.Bins[0].Right));
        Assert.Equal(((2 * 0.35) + (2 * 0.225)) / 4, reliability.ExpectedCalibrationError, 1e-12);
    }

    [Fact]
    public void Of_Nothing_Throws() => Assert.Throws<ArgumentException>(() => Reliability.Of([]));
}
