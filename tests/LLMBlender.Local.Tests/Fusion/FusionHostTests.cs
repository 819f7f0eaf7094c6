using System.Runtime.CompilerServices;
using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Fusion;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Telemetry;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Tests.Fusion;

public sealed class FusionHostTests : IDisposable
{
    private const string Key = "sk-secret-key";

    private static readonly FuseRequest Request = new()
    {
        Instruction = "Which?",
        Candidates = [new(null, "one"), new(null, "two")],
        Fuser = "leaky",
    };

    private readonly BlendMetrics metrics = new();

    [Fact]
    public async Task Fuse_FailureQuotesTheKey_IsScrubbed()
    {
        using var deadline = new Deadline(Request.Timeout, CancellationToken.None);

        var response = await Host(new LeakyChat("")).FuseAsync(Request, deadline);

        Assert.Equal("one", response.Answer);
        Assert.Equal("leaky failed: bad header [key]; the answer is the best candidate", response.Failure!.Message);
    }

    [Fact]
    public async Task Stream_FailureAfterTheFirstTextQuotesTheKey_IsScrubbed()
    {
        using var deadline = new Deadline(Request.Timeout, CancellationToken.None);
        var texts = new List<string>();

        var failure = await Assert.ThrowsAsync<BlendException>(async () =>
        {
            await foreach (var update in Host(new LeakyChat("so far")).FuseStreamingAsync(Request, deadline))
            {
                texts.Add(update.Text);
            }
        });

        Assert.Equal(["so far"], texts);
        Assert.Equal("fuse", failure.What);
        Assert.DoesNotContain(Key, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_ReaderStopsEarly_EndsTheFuserOfItsOwn()
    {
        using var deadline = new Deadline(Request.Timeout, CancellationToken.None);
        var chat = new EndlessChat();

        await foreach (var update in Host(chat).FuseStreamingAsync(Request, deadline))
        {
            Assert.Equal("on ", update.Text);
            break;
        }

        await chat.Ended.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public void Dispose() => metrics.Dispose();

    private FusionHost Host(IChatClient chat)
    {
        var backends = new PanelRegistry();
        backends.Add(new Backend("leaky", chat) { Key = new Secret(Key) });
        return new FusionHost(FuserRegistry.SelectOnly, backends, metrics);
    }

    /// <summary>Writes a text, and fails with its key in the message.</summary>
    private sealed class LeakyChat(string text) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, text);
            throw new HttpRequestException($"bad header {Key}");
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    /// <summary>Writes one text, and waits to be cancelled.</summary>
    private sealed class EndlessChat : IChatClient
    {
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, "on ");
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }
            finally
            {
                Ended.TrySetResult();
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
