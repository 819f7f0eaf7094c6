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

    [Theory]
    [InlineData("2001:db8:1:2::", false)]
    [InlineData("2001:db8::", true)]
    [InlineData("::ffff:192.0.2.0", true)]
    public async Task Count_ManyAddressesOfANetwork_CountAsOneWhereAHostHasThemAll(string network, bool areApart)
    {
        var guesses = new KeyGuesses(NullLogger<KeyGuesses>.Instance, time);
        var waits = Enumerable.Range(1, 2 * KeyGuesses.Free).Select(i => guesses.CountAsync(Address(network, areApart, i), default)).ToArray();

        var atOnce = waits.Count(static wait => wait.IsCompleted);

        time.Advance(KeyGuesses.Wait);
        await Task.WhenAll(waits);
        Assert.Equal(areApart ? waits.Length : KeyGuesses.Free, atOnce);
    }

    [Fact]
    public async Task Count_MoreAddressesThanAreKept_SlowsTheFurtherOnes()
    {
        var guesses = new KeyGuesses(NullLogger<KeyGuesses>.Instance, time);
        var waits = Enumerable.Range(0, 5000).Select(i => guesses.CountAsync(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), default)).ToArray();

        var slowed = waits.Count(static wait => !wait.IsCompleted);

        time.Advance(KeyGuesses.Wait);
        await Task.WhenAll(waits);
        Assert.True(slowed > 0);
    }

    // Apart: in networks of 64 bits of their own, or as IPv4's addresses.
    private static IPAddress Address(string network, bool areApart, int i)
    {
        var bytes = IPAddress.Parse(network).GetAddressBytes();
        bytes[areApart && !network.StartsWith("::ffff:", StringComparison.Ordinal) ? 7 : 15] = (byte)i;
        return new IPAddress(bytes);
    }
}
