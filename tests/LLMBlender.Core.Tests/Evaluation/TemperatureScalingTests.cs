using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class TemperatureScalingTests
{
    // Of pairs with the logit 3, three in four are judged so: the probability is 3/4 where 3 / T = ln 3.
    [Fact]
    public void Fit_OneLogit_GivesTheShareOfPairsJudgedSo()
    {
        var fit = TemperatureScaling.Fit([(3, 1), (3, 1), (3, 1), (3, 0)]);

        Assert.Equal(3 / Math.Log(3), fit.Temperature, 1e-9);
        Assert.Equal(4, fit.Pairs);
        Assert.Equal(0, fit.After.ExpectedCalibrationError, 1e-9);
        Assert.Equal(-((0.75 * Math.Log(0.75)) + (0.25 * Math.Log(0.25))), fit.After.LogLoss, 1e-9);
        Assert.Equal((1 / (1 + Math.Exp(-3))) - 0.75, fit.Before.ExpectedCalibrationError, 1e-9);
    }

    // Judgements are the shares that a temperature of 2.5 gives.
    [Fact]
    public void Fit_JudgementsOfATemperature_FindsIt()
    {
        (double, double)[] pairs = [.. Enumerable.Range(-40, 81).Select(i => (i / 10.0, 1 / (1 + Math.Exp(-i / 25.0))))];

        var fit = TemperatureScaling.Fit(pairs);

        Assert.Equal(2.5, fit.Temperature, 1e-9);
        Assert.True(fit.After.LogLoss < fit.Before.LogLoss);
        Assert.Equal(0, fit.After.ExpectedCalibrationError, 1e-9);
        Assert.All([0.9, 1.1], factor => Assert.True(fit.After.LogLoss < TemperatureScaling.Measure(pairs, factor * fit.Temperature).LogLoss));
    }

    // The fit has no bias: swapping the candidates changes nothing.
    [Fact]
    public void Fit_SwappedPairs_IsTheSame()
    {
        (double Logit, double Judged)[] pairs = [(1, 1), (2, 0), (-0.5, 0), (3, 1), (0.1, 0.5)];

        Assert.Equal(
            TemperatureScaling.Fit(pairs).Temperature, TemperatureScaling.Fit([.. pairs.Select(pair => (-pair.Logit, 1 - pair.Judged))]).Temperature, 1e-9);
    }

    [Theory]
    [InlineData(new double[0], new double[0], "there are no judged pairs")]
    [InlineData(new[] { 1.0, 1 }, new[] { 1.0, 0 }, "no better than chance")]
    [InlineData(new[] { 0.0, 0 }, new[] { 1.0, 0 }, "no better than chance")]
    [InlineData(new[] { 1.0, -1 }, new[] { 1.0, 0 }, "no finite temperature")]
    public void Fit_PairsThatNoTemperatureFits_AreRefused(double[] logits, double[] judged, string reason) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => TemperatureScaling.Fit([.. logits.Zip(judged)])).Message, StringComparison.Ordinal);
}
