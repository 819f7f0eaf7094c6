using Microsoft.Extensions.Time.Testing;

namespace LLMBlender.Silo.Tests;

public sealed class IdleTimeTests
{
    [Fact]
    public void IsOver_WhileInUse_IsFalseAndCountsFromTheLastEnd()
    {
        var time = new FakeTimeProvider();
        var idle = new IdleTime(time);
        idle.Enter();
        idle.Enter();
        time.Advance(TimeSpan.FromHours(1));
        idle.Leave();
        Assert.False(idle.IsOver(TimeSpan.FromMinutes(15)));
        idle.Leave();
        Assert.False(idle.IsOver(TimeSpan.FromMinutes(15)));

        time.Advance(TimeSpan.FromMinutes(15));

        Assert.True(idle.IsOver(TimeSpan.FromMinutes(15)));
        Assert.False(idle.IsOver(TimeSpan.FromMinutes(16)));
    }

    // Another class of grain would depend on the system's time.
    [Fact]
    public void Grains_All_DeactivateByElapsedTime() => Assert.DoesNotContain(
        typeof(IdleDeactivatingGrain).Assembly.GetTypes(),
        static type => type is { IsClass: true, IsAbstract: false } && type.IsSubclassOf(typeof(Grain)) && !type.IsSubclassOf(typeof(IdleDeactivatingGrain)));
}
