using LLMBlender.Local.Telemetry;

namespace LLMBlender.Local.Tests.Telemetry;

/// <summary>What an accelerator counts, as a meter reads it.</summary>
public sealed class AcceleratorCountersTests
{
    [Fact]
    public void Read_BeforeAnyCall_IsZeroOfEveryRanker()
    {
        var counters = new AcceleratorCounters("gpu", ["small", "large"]);

        Assert.Equal(
            ["small useful 0", "small padding 0", "large useful 0", "large padding 0"],
            Tokens(counters));
        Assert.Equal(0, counters.Busy().Value);
    }

    [Fact]
    public void Read_AfterCalls_IsTheirSumByRankerAndKind()
    {
        var counters = new AcceleratorCounters("gpu", ["small", "large"]);

        counters.Called(1, 3, 300, 320, 0.5);
        counters.Called(1, 2, 200, 200, 0.25);
        counters.Called(0, 1, 10, 16, 0.125);

        Assert.Equal(
            ["small useful 10", "small padding 6", "large useful 500", "large padding 20"],
            Tokens(counters));
        Assert.Equal(0.875, counters.Busy().Value);
        Assert.Equal((0.875, 6), (counters.BusySeconds, counters.Comparisons));
    }

    [Fact]
    public void Called_FewerTokensComputedThanTaken_AddsNoPadding()
    {
        var counters = new AcceleratorCounters("gpu", ["small"]);

        // As after a call that failed in part.
        counters.Called(0, 3, 300, 100, 0.5);

        Assert.Equal(["small useful 300", "small padding 0"], Tokens(counters));
    }

    [Fact]
    public void Read_AnyCount_IsLabelledWithTheAccelerator()
    {
        var counters = new AcceleratorCounters("gpu", ["small"]);

        Assert.All(counters.Tokens(), static tokens => Assert.Equal("gpu", Label(tokens.Tags, "accelerator")));
        Assert.Equal("gpu", Label(counters.Busy().Tags, "accelerator"));
        Assert.Equal(1, counters.Busy().Tags.Length);
    }

    private static IEnumerable<string> Tokens(AcceleratorCounters counters) =>
        counters.Tokens().Select(static tokens => $"{Label(tokens.Tags, "ranker")} {Label(tokens.Tags, "kind")} {tokens.Value}");

    private static object? Label(ReadOnlySpan<KeyValuePair<string, object?>> labels, string name)
    {
        foreach (var (key, value) in labels)
        {
            if (key == name)
            {
                return value;
            }
        }

        return null;
    }
}
