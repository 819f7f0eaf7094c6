using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class BinomialTests
{
    [Theory]
    [InlineData(0, 3, 0.5, 0.125)]
    [InlineData(1, 3, 0.5, 0.5)]
    [InlineData(3, 3, 0.5, 1)]
    [InlineData(0, 0, 0.1, 1)]
    [InlineData(0, 44, 0.1, 0.00969773729)]
    [InlineData(50, 1000, 0.1, 5.995167632379777e-09)]
    public void AtMost_KnownValues_AreComputed(int successes, int trials, double probability, double expected) =>
        Assert.Equal(1, Binomial.AtMost(successes, trials, probability) / expected, 1e-6);

    [Theory]
    [InlineData(-1, 3, 0.5)]
    [InlineData(4, 3, 0.5)]
    [InlineData(1, -1, 0.5)]
    [InlineData(1, 3, 0.0)]
    [InlineData(1, 3, 1.0)]
    public void AtMost_NumberOutOfRange_Throws(int successes, int trials, double probability) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Binomial.AtMost(successes, trials, probability));
}
