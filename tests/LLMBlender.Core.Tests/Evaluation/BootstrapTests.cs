using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class BootstrapTests
{
    // A mean of n values of deviation 1 has a standard error of 1/√n: the interval is about ±1.96/√400 = ±0.098.
    [Fact]
    public void Mean_OfValues_HasTheIntervalOfItsStandardError()
    {
        double[] values = [.. Enumerable.Range(0, 400).Select(i => i % 2 == 0 ? 1.0 : -1.0)];

        var mean = new Bootstrap(400, seed: 1).Mean(values);

        Assert.Equal(0, mean.Value, 12);
        Assert.InRange(mean.Low, -0.12, -0.08);
        Assert.InRange(mean.High, 0.08, 0.12);
        Assert.Equal(400, mean.Count);
    }

    [Fact]
    public void Mean_WithTheSameSeed_IsTheSame()
    {
        double[] values = [1, 5, 2, 8, 3];

        Assert.Equal(new Bootstrap(5, 7).Mean(values), new Bootstrap(5, 7).Mean(values));
        Assert.NotEqual(new Bootstrap(5, 7, 50).Mean(values).Low, new Bootstrap(5, 8, 50).Mean(values).High);
    }

    [Fact]
    public void Mean_LeavesOutRecordsWithoutANumber()
    {
        var mean = new Bootstrap(3, 1).Mean([2, double.NaN, 4]);

        Assert.Equal((3.0, 2), (mean.Value, mean.Count));
        Assert.Equal((2.0, 4.0), (mean.Low, mean.High));
        Assert.False(new Bootstrap(1, 1).Mean([double.NaN]).IsThere);
    }
}
