using System.Net;
using LLMBlender.Gateway.Authentication;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace LLMBlender.Gateway.Tests.Callers;

public sealed class KeyGuessesTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task Count_ManyOfAnAddress_WaitsUntilTheMinuteIsOver()
    {
        var guesses = new KeyGuesses(NullLogger<KeyGuesses>.Instance, time);
        var (attacker, other) = (IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"));
        for (var i = 0; i < KeyGuesses.Free; i++)
        {
            Assert.True(guesses.CountAsync(attacker, default).IsCompletedSuccessfully);
        }

        var slowed = guesses.CountAsync(attacker, default);

        Assert.False(slowed.IsCompleted);
        Assert.True(guesses.CountAsync(other, default).IsCompletedSuccessfully);
        time.Advance(KeyGuesses.Wait);
        Assert.False(await slowed);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(guesses.CountAsync(attacker, default).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Count_MoreThanMayWait_IsRefusedAtOnce()
    {
        var guesses = new KeyGuesses(NullLogger<KeyGuesses>.Instance, time);
        var waits = Enumerable.Range(0, 500).Select(_ => guesses.CountAsync(IPAddress.Loopback, default)).ToArray();

        var atOnce = waits.Count(static wait => wait.IsCompleted);

        time.Advance(KeyGuesses.Wait);
        var refused = (await Task.WhenAll(waits)).Count(static isTooMany => isTooMany);
        Assert.True(refused > 0);
        Assert.Equal(KeyGuesses.Free + refused, atOnce);
    }
}
