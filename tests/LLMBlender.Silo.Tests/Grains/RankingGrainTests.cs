using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Dispatch;
using LLMBlender.Silo.Placement;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace LLMBlender.Silo.Tests.Grains;

public sealed class RankingGrainTests
{
    private static readonly int[] Eleven = [.. Enumerable.Range(0, 11)];
    private static readonly string LongSource = new('x', 4000);

    [Fact]
    public async Task Rank_OneSilo_OrdersByTheLogits()
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.All);

        var response = await cluster.Blender.RankAsync(FakeRanker.Request("Which is most?", 3, 9, 1, 5) with { WithMatrix = true });

        Assert.Equal([3, 1, 4, 2], response.Ranks);
        Assert.Equal(12, response.Comparisons);
        Assert.Equal(0, response.Reused);
        Assert.Equal("fake", response.Ranker);
        Assert.Equal(FakeRanker.Logit("3 ", "9 "), response.Matrix![1]);
        Assert.Equal(FakeRanker.Logit("9 ", "3 "), response.Matrix[4]);
    }

    [Theory]
    [InlineData("max-logits", 6)]
    [InlineData("bubble-sort", 4)]
    public async Task Rank_Aggregation_AsksWhatItsEngineAsks(string aggregation, int fewest)
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.All);

        var response = await cluster.Blender.RankAsync(FakeRanker.Request("Which?", 1, 2, 3) with { Aggregation = aggregation });

        Assert.Equal([3, 2, 1], response.Ranks);
        Assert.Equal(fewest, response.Comparisons);
    }

    [Fact]
    public async Task Rank_AcceleratorsElsewhere_AreAskedOncePerSiloAndRound()
    {
        var ranker = new FakeRanker();
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.Blend, SiloRoles.Compare, SiloRoles.Compare);

        var response = await cluster.Blender.RankAsync(FakeRanker.Request(LongSource, Eleven));

        Assert.Equal(Eleven.Select(i => 11 - i), response.Ranks);
        Assert.Equal(110, ranker.Compared.Count);
        Assert.Equal([1, 2], ranker.ComparedBy.Keys.Order());
        Assert.All(ranker.ComparedBy.Values, count => Assert.Equal(55, count));
        Assert.Equal(2, cluster.Messages(nameof(ICompareWorkerGrain.CompareAsync)));
    }

    [Theory]
    [InlineData("max-logits")]
    [InlineData("adaptive")]
    public async Task Rank_RankerThatScoresEachAlone_IsComputedByOneSiloAtOnce(string aggregation)
    {
        var ranker = new FakeRanker { Info = new RankerInfo("fake", RankerInfo.RewardModel) { Temperature = 2, Demonstration = true } };
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.Blend, SiloRoles.Compare, SiloRoles.Compare);

        var response = await cluster.Blender.RankAsync(FakeRanker.Request(LongSource, Eleven) with { Aggregation = aggregation });

        Assert.Equal(1, response.Ranks[10]);
        Assert.Equal(ranker.Info, response.RankerInfo);
        Assert.Single(ranker.ComparedBy);
        Assert.Equal(1, cluster.Messages(nameof(ICompareWorkerGrain.CompareAsync)));

        var compared = await cluster.Blender.CompareAsync(new CompareRequest { Instruction = LongSource, A = "10 is the number", B = "9 is the number" });
        Assert.Equal(ranker.Info, compared.RankerInfo);
        Assert.Equal(ranker.Info.Probability(compared.Logit / 2), compared.Probability);
    }

    [Fact]
    public async Task Rank_Prior_IsARankerOfTheClusterThatScoresEachAlone()
    {
        var ranker = new FakeRanker { Info = new RankerInfo("fake", RankerInfo.PairRanker) };
        var prior = new FakeRanker("v2") { Info = new RankerInfo("fake", RankerInfo.RewardModel) };
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.All);
        await using var scoring = await BlendCluster.StartAsync(prior, SiloRoles.All);
        var request = FakeRanker.Request("Which?", Eleven) with { Aggregation = "adaptive-best", Prior = "fake" };

        var refused = await Assert.ThrowsAsync<BlendException>(() => cluster.Blender.RankAsync(request));
        var unknown = await Assert.ThrowsAsync<BlendException>(() => cluster.Blender.RankAsync(request with { Prior = "nobody" }));
        var ranked = await scoring.Blender.RankAsync(request);

        Assert.Contains("\"fake\", which compares pairs", refused.Message, StringComparison.Ordinal);
        Assert.Contains("nobody", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(1, ranked.Ranks[10]);
    }

    [Fact]
    public async Task Rank_Repeated_IsNotComputedAgain()
    {
        var ranker = new FakeRanker();
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.All);
        var request = FakeRanker.Request("Again?", 1, 2, 3);

        var first = await cluster.Blender.RankAsync(request);
        var second = await cluster.Blender.RankAsync(request);

        Assert.Equal((0, 6), (first.Reused, second.Reused));
        Assert.Equal(first.Scores, second.Scores);
        Assert.Equal(6, ranker.Compared.Values.Sum());
    }

    [Fact]
    public async Task Rank_EqualCandidates_TieAndAreComparedOnce()
    {
        var ranker = new FakeRanker();
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.All);

        var response = await cluster.Blender.RankAsync(FakeRanker.Request("Same?", 4, 4, 1));

        Assert.Equal([1, 1, 3], response.Ranks);
        Assert.All(ranker.Compared.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task Rank_ThousandAtOnceOnAllSilos_ComputesEachPairOnce()
    {
        var ranker = new FakeRanker();
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.All, SiloRoles.All, SiloRoles.All);
        IBlender[] askers = [cluster.Blender, .. Enumerable.Range(0, 3).Select(cluster.Service<IBlender>)];
        var request = FakeRanker.Request("A stampede?", Eleven);

        var responses = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => askers[i % askers.Length].RankAsync(request)));

        Assert.All(responses, response => Assert.Equal(responses[0].Ranks, response.Ranks));
        Assert.Equal(110, ranker.Compared.Count);
        Assert.All(ranker.Compared.Values, count => Assert.Equal(1, count));
        Assert.Equal(110, responses.Sum(response => response.Comparisons - response.Reused));
    }

    [Fact]
    public async Task Rank_SiloJoins_IsGivenItsShare()
    {
        var ranker = new FakeRanker();
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.Blend, SiloRoles.Compare);
        await cluster.Blender.RankAsync(FakeRanker.Request(LongSource, Eleven));

        await cluster.Cluster.StartAdditionalSiloAsync();

        var start = Stopwatch.GetTimestamp();
        for (var number = 0; !ranker.ComparedBy.ContainsKey(2); number++)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(90), $"the new silo compares nothing; {cluster.Service<WorkerRoster>(0).Count} silos are known to compare, {ranker.ComparedBy.Count} of them have");
            await cluster.Blender.RankAsync(FakeRanker.Request(LongSource + number, Eleven));
            await Task.Delay(20);
        }
    }

    [Fact]
    public async Task Rank_SiloStopped_FinishesWhatItHas()
    {
        var ranker = new FakeRanker();
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.Blend, SiloRoles.Compare, SiloRoles.Compare);
        using var hold = new Hold(ranker, silo: 1);
        var ranking = cluster.Blender.RankAsync(FakeRanker.Request(LongSource, Eleven));
        await hold.WhenReachedAsync();

        var leaving = cluster.Service<Admission>(1);
        var stopping = cluster.Cluster.StopSiloAsync(cluster.Silo(1));
        await Waiting.UntilAsync(() => leaving.IsLeaving, "the silo is leaving");
        hold.Release();
        await stopping;

        Assert.Equal(110, (await ranking).Comparisons);
        Assert.Equal(55, ranker.ComparedBy[1]);
        Assert.All(ranker.Compared.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task Rank_WorkerFails_OthersDoItsPart()
    {
        var ranker = new FakeRanker { BeforeCompare = silo => _ = silo == 1 ? throw new InvalidOperationException("out of memory") : 0 };
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.Blend, SiloRoles.Compare, SiloRoles.Compare);

        var response = await cluster.Blender.RankAsync(FakeRanker.Request(LongSource, Eleven));

        Assert.Equal(Eleven.Select(i => 11 - i), response.Ranks);
        Assert.Equal([2], ranker.ComparedBy.Keys);
    }

    [Fact]
    public async Task Rank_WorkerStuck_AnotherSiloAnswersFirst()
    {
        var ranker = new FakeRanker();
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.Blend, SiloRoles.Compare, SiloRoles.Compare);
        using var hold = new Hold(ranker, silo: 1);

        var response = await cluster.Blender.RankAsync(FakeRanker.Request(LongSource, Eleven));

        Assert.Equal(Eleven.Select(i => 11 - i), response.Ranks);
        Assert.Equal(110, ranker.ComparedBy[2]);
    }

    [Fact]
    public async Task Rank_EveryWorkerFails_SaysWhy()
    {
        var ranker = new FakeRanker { BeforeCompare = _ => throw new InvalidOperationException("out of memory") };
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.Blend, SiloRoles.Compare, SiloRoles.Compare);

        var failure = await Assert.ThrowsAsync<BlendException>(() => cluster.Blender.RankAsync(FakeRanker.Request("Broken?", 1, 2)));

        Assert.Equal(BlendFailureReason.Faulted, failure.Reason);
        Assert.Equal("rank", failure.What);
        Assert.Contains("out of memory", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rank_Cancelled_LeavesTheQueueEmpty()
    {
        var ranker = new FakeRanker { CallTokens = 1 };
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.Blend, SiloRoles.Compare);
        using var hold = new Hold(ranker, silo: 1);
        using var caller = new CancellationTokenSource();
        var ranking = cluster.Blender.RankAsync(FakeRanker.Request(LongSource, Eleven), caller.Token);
        await hold.WhenReachedAsync();
        Assert.NotEqual(0, cluster.Service<CompareQueue>(1).WaitingTokens);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ranking);
        await Waiting.UntilAsync(() => cluster.Service<CompareQueue>(1).WaitingTokens == 0, "the queue is empty");
        hold.Release();
        Assert.True(ranker.Compared.Count <= 1);
    }

    [Fact]
    public async Task Rank_TimeIsUp_SaysWhatWasMissing()
    {
        var ranker = new FakeRanker();
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.All);
        using var hold = new Hold(ranker, silo: 0);

        var failure = await Assert.ThrowsAsync<BlendException>(() => cluster.Blender.RankAsync(
            FakeRanker.Request("Slow?", 1, 2) with { Timeout = TimeSpan.FromSeconds(1) }));

        Assert.Equal(BlendFailureReason.TimedOut, failure.Reason);
    }

    [Fact]
    public async Task Rank_NobodyCompares_SaysSoWhenTimeIsUp()
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.Blend);

        var failure = await Assert.ThrowsAsync<BlendException>(() => cluster.Service<IBlender>(0).RankAsync(
            FakeRanker.Request("Alone?", 1, 2) with { Timeout = TimeSpan.FromSeconds(1) }));

        Assert.Contains(failure.Reason, new[] { BlendFailureReason.Unreachable, BlendFailureReason.TimedOut });
    }

    [Fact]
    public async Task Rank_QueueFull_IsRefusedAtOnceWithAHint()
    {
        var ranker = new FakeRanker { CallTokens = 1 };
        await using var cluster = await BlendCluster.StartAsync(ranker, services => services.Configure<CompareQueueOptions>(queue => queue.MaxTokens = 100), [SiloRoles.All]);
        using var hold = new Hold(ranker, silo: 0);
        var first = cluster.Blender.RankAsync(FakeRanker.Request(LongSource, 1, 2));
        await hold.WhenReachedAsync();

        var refusal = await Assert.ThrowsAsync<BlendException>(() => cluster.Blender.RankAsync(FakeRanker.Request(LongSource, 3, 4)));

        Assert.Equal(BlendFailureReason.Overloaded, refusal.Reason);
        Assert.NotNull(refusal.RetryAfter);
        hold.Release();
        var answer = await first;
        Assert.Equal([2, 1], answer.Ranks);
    }

    [Fact]
    public async Task Rank_TooManyRequests_AreRefusedAtOnceWithAHint()
    {
        var ranker = new FakeRanker();
        await using var cluster = await BlendCluster.StartAsync(
            ranker, services => services.Configure<AdmissionOptions>(admission => admission.MaxRequests = 1), [SiloRoles.Blend, SiloRoles.Compare]);
        using var hold = new Hold(ranker, silo: 1);
        var first = cluster.Blender.RankAsync(FakeRanker.Request("First?", 1, 2));
        await hold.WhenReachedAsync();

        var refusal = await Assert.ThrowsAsync<BlendException>(() => cluster.Blender.RankAsync(FakeRanker.Request("Second?", 1, 2)));

        Assert.Equal(BlendFailureReason.Overloaded, refusal.Reason);
        Assert.NotNull(refusal.RetryAfter);
        hold.Release();
        var answer = await first;
        Assert.Equal([2, 1], answer.Ranks);
    }

    [Theory]
    [InlineData("candidates")]
    [InlineData("aggregate")]
    [InlineData("ranker")]
    [InlineData("instruction")]
    [InlineData("timeout")]
    public async Task Rank_InvalidRequest_NamesTheField(string field)
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.All);
        var request = FakeRanker.Request("Sound?", 1, 2);
        request = field switch
        {
            "candidates" => request with { Candidates = [] },
            "aggregate" => request with { Aggregation = "guess" },
            "ranker" => request with { Ranker = "unheard-of" },
            "instruction" => request with { Instruction = "" },
            _ => request with { Timeout = TimeSpan.FromDays(2) },
        };

        var failure = await Assert.ThrowsAsync<BlendException>(() => cluster.Blender.RankAsync(request));

        Assert.Equal(field, failure.Parameter);
        Assert.Equal(BlendFailureReason.Refused, failure.Reason);
        Assert.Contains($"\"{field}\"", failure.Message.Replace("ranker \"", "\"ranker\" \"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PairOrder.Both, 4, 1)]
    [InlineData(PairOrder.Ab, 2.25f, 1)]
    [InlineData(PairOrder.Ba, -1.75f, 1)]
    public async Task Compare_Order_GivesTheReferencesLogit(PairOrder order, float logit, int better)
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.All);

        var response = await cluster.Blender.CompareAsync(
            new CompareRequest { Instruction = "Which?", A = "3 is the number", B = "1 is the number", Order = order });

        Assert.Equal(logit, response.Logit);
        Assert.Equal(better, response.Better);
    }
}
