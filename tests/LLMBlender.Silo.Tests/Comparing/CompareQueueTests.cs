using LLMBlender.Abstractions;
using LLMBlender.Local.Telemetry;
using LLMBlender.Silo.Comparing;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LLMBlender.Silo.Tests.Comparing;

public sealed class CompareQueueTests
{
    [Fact]
    public async Task Compare_ManyShards_ShareCalls()
    {
        var ranker = new FakeRanker();
        using var queue = Queue(ranker);
        using var hold = new Hold(ranker, silo: 0);
        var calls = 0;
        var held = ranker.BeforeCompare;
        ranker.BeforeCompare = silo =>
        {
            Interlocked.Increment(ref calls);
            held(silo);
        };
        var first = queue.CompareAsync(Shard("0"), CancellationToken.None);
        await hold.WhenReachedAsync();
        var others = Enumerable.Range(1, 20).Select(i => queue.CompareAsync(Shard($"{i}"), CancellationToken.None)).ToList();
        await Waiting.UntilAsync(() => queue.WaitingTokens >= 20 * 2 * Tokens, "all shards wait");

        hold.Release();
        await Task.WhenAll([first, .. others]);

        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task Compare_BrokenShard_FailsAlone()
    {
        var ranker = new FakeRanker();
        using var queue = Queue(ranker);
        using var hold = new Hold(ranker, silo: 0);
        var first = queue.CompareAsync(Shard("0"), CancellationToken.None);
        await hold.WhenReachedAsync();
        var good = queue.CompareAsync(Shard("1"), CancellationToken.None);
        var broken = queue.CompareAsync(Shard("2") with { Candidates = ["not-a-number x", "also not x"] }, CancellationToken.None);
        await Waiting.UntilAsync(() => queue.WaitingTokens > 3 * Tokens, "both shards wait");

        hold.Release();

        Assert.NotNull((await first).Logits);
        Assert.Equal([FakeRanker.Logit("1 ", "2 "), FakeRanker.Logit("2 ", "1 ")], (await good).Logits!);
        Assert.Equal(BlendFailureReason.Faulted, (await broken).Reason);
    }

    [Fact]
    public async Task Compare_LogitNotFinite_IsAFault()
    {
        using var queue = Queue(new FakeRanker());

        var reply = await queue.CompareAsync(Shard("0") with { Candidates = ["NaN x", "1 x"] }, CancellationToken.None);

        Assert.Null(reply.Logits);
        Assert.Equal(BlendFailureReason.Faulted, reply.Reason);
    }

    [Fact]
    public async Task Compare_ShardFailsHalfway_ItsRestIsNoCall()
    {
        var ranker = new FakeRanker { CallTokens = 1 };
        var calls = 0;
        ranker.BeforeCompare = _ => Interlocked.Increment(ref calls);
        using var queue = Queue(ranker);
        var broken = await queue.CompareAsync(Shard("0") with { Candidates = ["NaN x", "1 x"] }, CancellationToken.None);
        await Waiting.UntilAsync(() => queue.WaitingShards == 0, "the rest of the shard is given up");

        var good = await queue.CompareAsync(Shard("1"), CancellationToken.None);

        // The failed call is run once more by itself; each pair of the other shard is a call.
        Assert.Equal((null, 2), (broken.Logits, good.Logits!.Length));
        Assert.Equal(4, calls);
    }

    [Fact]
    public async Task Compare_OtherVersion_IsNotHere()
    {
        using var queue = Queue(new FakeRanker());

        var reply = await queue.CompareAsync(Shard("0") with { Ranker = "v2" }, CancellationToken.None);

        Assert.Equal(BlendFailureReason.Unreachable, reply.Reason);
    }

    [Fact]
    public async Task Dispose_ShardsWaiting_AreAnswered()
    {
        var ranker = new FakeRanker();
        var hold = new Hold(ranker, silo: 0);
        var queue = Queue(ranker);
        var first = queue.CompareAsync(Shard("0"), CancellationToken.None);
        await hold.WhenReachedAsync();
        var second = queue.CompareAsync(Shard("1"), CancellationToken.None);
        await Waiting.UntilAsync(() => queue.WaitingTokens > 0, "the second shard waits");

        var disposing = Task.Run(queue.Dispose);
        await Waiting.UntilAsync(() => disposing.Status is TaskStatus.Running, "it is being disposed");
        hold.Release();
        await disposing;

        await Task.WhenAll(first, second).WaitAsync(TimeSpan.FromSeconds(60));
    }

    private const int Tokens = 7;

    private static CompareQueue Queue(FakeRanker ranker) =>
        new([new AcceleratorRankers("fake", [new LoadedRanker(ranker.Identity, ranker.On(0), ranker.CallTokens)])], Options.Create(new CompareQueueOptions()), new BlendMetrics(), NullLogger<CompareQueue>.Instance);

    private static CompareShard Shard(string source) => new()
    {
        Ranker = "v1",
        Source = source,
        Candidates = ["1 is the number", "2 is the number"],
        Pairs = [0, 1, 1, 0],
        Timeout = TimeSpan.FromSeconds(60),
    };
}
