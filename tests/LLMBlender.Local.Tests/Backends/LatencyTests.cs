using LLMBlender.Local.Backends;

namespace LLMBlender.Local.Tests.Backends;

public sealed class LatencyTests
{
    [Fact]
    public void Usual_FewAnswers_IsUnknown()
    {
        var window = new LatencyWindow();
        Add(window, 19, 10);

        Assert.Null(window.Usual(0.95));
    }

    [Theory]
    [InlineData(0.5, 10)]
    [InlineData(0.95, 10)]
    [InlineData(0.99, 200)]
    public void Usual_SomeSlow_IsTheShareThatItIsAskedFor(double share, double expected)
    {
        var window = new LatencyWindow();
        Add(window, 192, 10);
        Add(window, 8, 200);

        Assert.Equal(expected, window.Usual(share)?.TotalMilliseconds);
    }

    [Fact]
    public void Usual_LongWaitsGivenUp_CountAsSlowAndShortOnesNotAtAll()
    {
        var window = new LatencyWindow();
        Add(window, 180, 10);
        for (var i = 0; i < 20; i++)
        {
            window.AddGivenUp(TimeSpan.FromMilliseconds(50));
            window.AddGivenUp(TimeSpan.FromMilliseconds(2));
        }

        Assert.Equal(50, window.Usual(0.95)?.TotalMilliseconds);
    }

    private static void Add(LatencyWindow window, int count, double milliseconds)
    {
        for (var i = 0; i < count; i++)
        {
            window.Add(TimeSpan.FromMilliseconds(milliseconds));
        }
    }
}
