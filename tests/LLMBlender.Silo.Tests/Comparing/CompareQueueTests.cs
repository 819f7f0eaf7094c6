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

    [Fact]
    public async Task Compare_ShardOfAnOlderRanking_IsComparedFirst()
    {
        var ranker = new FakeRanker { CallTokens = 1 };
        using var queue = Queue(ranker);
        using var hold = new Hold(ranker, silo: 0);
        var order = new List<string>();
        var held = ranker.BeforeCompare;
        ranker.BeforeCompare = silo =>
        {
            order.AddRange(ranker.Compared.Keys.Select(static pair => pair.Source).Distinct().Except(order).ToArray());
            held(silo);
        };
        var asked = new List<Task> { queue.CompareAsync(Shard("first"), CancellationToken.None) };
        await hold.WhenReachedAsync();
        foreach (var (name, elapsed) in ((string, int)[])[("begins", 0), ("round 3", 20), ("round 2", 10), ("begins too", 0), ("last", 0)])
        {
            asked.Add(queue.CompareAsync(Shard(name) with { Elapsed = TimeSpan.FromSeconds(elapsed) }, CancellationToken.None));
            await Waiting.UntilAsync(() => queue.WaitingShards == asked.Count, $"{name} waits");
        }

        hold.Release();
        await Task.WhenAll(asked);

        // The last one is seen by no further call, or by that of its second pair.
        Assert.Equal(["first", "round 3", "round 2", "begins", "begins too"], order.Where(static name => name != "last"));
    }

    [Fact]
    public async Task Compare_WouldWaitForMuchOfItsTime_IsRefusedUnlessItsRankingIsOlder()
    {
        var ranker = new FakeRanker { CallTokens = 1 };
        using var queue = Queue(ranker);
        using var measured = new Hold(ranker, silo: 0);
        var first = queue.CompareAsync(Shard("0"), CancellationToken.None);
        await measured.WhenReachedAsync();

        // The speed is known once a call has ended, and is then a few pairs a second or more.
        measured.Release();
        await first;
        using var hold = new Hold(ranker, silo: 0);
        var running = queue.CompareAsync(Shard("1"), CancellationToken.None);
        await hold.WhenReachedAsync();
        var waiting = queue.CompareAsync(Shard("2"), CancellationToken.None);
        await Waiting.UntilAsync(() => queue.WaitingShards == 2, "it waits");
        var brief = Shard("3") with { Timeout = TimeSpan.FromTicks(1) };

        var young = await queue.CompareAsync(brief, CancellationToken.None);
        var old = queue.CompareAsync(Shard("4") with { Elapsed = TimeSpan.FromMinutes(1) }, CancellationToken.None);
        await Waiting.UntilAsync(() => queue.WaitingShards == 3, "the older one waits");
        hold.Release();

        Assert.Equal(BlendFailureReason.Overloaded, young.Reason);
        Assert.NotNull((await old).Logits);
        await Task.WhenAll(running, waiting);
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
