using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Wire;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace LLMBlender.Local.Tests.Backends;

public sealed class GatedChatClientTests
{
    private readonly FakeTimeProvider time = new();

    [Theory]
    [InlineData(31_536_000)]
    [InlineData(2_147_483_647)]
    [InlineData(61)]
    public async Task GetResponse_LongRetryAfter_IsBelievedForAMinute(double seconds)
    {
        using var inner = new FailingChat { RetryAfter = TimeSpan.FromSeconds(seconds) };
        using var client = Create(inner);
        await Assert.ThrowsAsync<BackendException>(() => client.GetResponseAsync("q"));
        var rejected = await Assert.ThrowsAsync<BackendException>(() => client.GetResponseAsync("q"));
        Assert.Equal((1, true, TimeSpan.FromMinutes(1)), (inner.Calls, rejected.IsRejectedLocally, rejected.RetryAfter));

        inner.RetryAfter = null;
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("a", (await client.GetResponseAsync("q")).Text);
        Assert.Equal("a", (await client.GetResponseAsync("q")).Text);
    }

    [Fact]
    public async Task GetResponse_AfterALongPause_TestsWithOneCall()
    {
        using var inner = new FailingChat { RetryAfter = TimeSpan.FromDays(1) };
        using var client = Create(inner);
        await Assert.ThrowsAsync<BackendException>(() => client.GetResponseAsync("q"));
        time.Advance(TimeSpan.FromMinutes(1));
        inner.RetryAfter = null;
        inner.Hold = new TaskCompletionSource();

        var test = client.GetResponseAsync("q");
        var other = await Assert.ThrowsAsync<BackendException>(() => client.GetResponseAsync("q"));
        inner.Hold.SetResult();
        await test;
        await client.GetResponseAsync("q");

        Assert.True(other.IsRejectedLocally);
        Assert.Equal(3, inner.Calls);
    }

    [Fact]
    public async Task GetResponse_AfterAShortPause_LetsAllCallsRun()
    {
        using var inner = new FailingChat { RetryAfter = TimeSpan.FromSeconds(2) };
        using var client = Create(inner);
        await Assert.ThrowsAsync<BackendException>(() => client.GetResponseAsync("q"));
        time.Advance(TimeSpan.FromSeconds(2));
        inner.RetryAfter = null;
        inner.Hold = new TaskCompletionSource();

        var calls = new[] { client.GetResponseAsync("q"), client.GetResponseAsync("q") };
        inner.Hold.SetResult();
        await Task.WhenAll(calls);

        Assert.Equal(3, inner.Calls);
    }

    private GatedChatClient Create(IChatClient inner) => new(inner, new BackendSettings { Name = "b" }, time);

    private sealed class FailingChat : IChatClient
    {
        public int Calls { get; private set; }

        public TimeSpan? RetryAfter { get; set; }

        public TaskCompletionSource? Hold { get; set; }

        public async Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Calls++;
            if (RetryAfter is { } wait)
            {
                throw new BackendException(BlendFailureReason.Overloaded, "busy") { RetryAfter = wait };
            }

            await (Hold?.Task ?? Task.CompletedTask);
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, "a"));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
