using LLMBlender.Silo.Comparing;

namespace LLMBlender.Silo.Tests.Comparing;

public sealed class CallSpeedTests
{
    [Fact]
    public void CallTokens_SpeedNotKnown_AreTheFewest()
    {
        var speed = new CallSpeed();

        Assert.Equal((0.0, CallSpeed.MinCallTokens), (speed.TokensPerSecond, speed.CallTokens));
    }

    [Theory]
    [InlineData(100, 1, CallSpeed.MinCallTokens)]
    [InlineData(20_000, 1, 10_000)]
    [InlineData(20_000, 0.125, 80_000)]
    public void CallTokens_OfASpeed_TakeHalfASecondOrAreTheFewest(long tokens, double seconds, int expected)
    {
        var speed = new CallSpeed();
        speed.Add(tokens, seconds);

        Assert.Equal(expected, speed.CallTokens);
    }

    [Fact]
    public void Add_SmallSlowCall_ChangesTheSpeedByItsShare()
    {
        var speed = new CallSpeed();
        speed.Add(50_000, 5);

        speed.Add(10, 0.1);

        Assert.Equal(40_010 / 4.1, speed.TokensPerSecond, 6);
    }
}
