using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class LogisticFitTests
{
    [Fact]
    public void Of_ChoicesOfAKnownCurve_FindsItAndIsCalibrated()
    {
        var random = new Random(5);
        var truth = new LogisticFit(0.6, -0.4);
        (double Confidence, bool IsRight)[] choices = [.. Enumerable.Range(0, 20_000).Select(_ =>
        {
            var confidence = 0.05 + (0.9 * random.NextDouble());
            return (confidence, random.NextDouble() < truth.Probability(confidence));
        })];

        var fit = LogisticFit.Of(choices);

        Assert.Equal(truth.Slope, fit.Slope, 0.05);
        Assert.Equal(truth.Offset, fit.Offset, 0.05);
        var reliability = Reliability.Of([.. choices.Select(choice => (fit.Probability(choice.Confidence), choice.IsRight ? 1.0 : 0))]);
        Assert.InRange(reliability.ExpectedCalibrationError, 0, 0.02);
    }

    [Fact]
    public void Of_ConfidenceThatMisleads_GivesTheShareOfRightOnes()
    {
        var fit = LogisticFit.Of([(0.9, false), (0.9, false), (0.1, true), (0.1, true), (0.1, true)]);

        Assert.Equal(0, fit.Slope);
        Assert.Equal(4.0 / 7, fit.Probability(0.3), 1e-12);
    }

    [Fact]
    public void Of_AllRight_IsFinite() => Assert.InRange(LogisticFit.Of([(0.5, true), (0.9, true)]).Probability(0.7), 0.5, 0.999);

    [Fact]
    public void Of_Nothing_Throws() => Assert.Throws<ArgumentException>(() => LogisticFit.Of([]));
}
