using System.Diagnostics.Metrics;
using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Panels;
using LLMBlender.Silo.Placement;
using LLMBlender.TestKit.Fakes;
using Microsoft.Extensions.AI;

namespace LLMBlender.Silo.Tests.Grains;

public sealed class BlendGrainTests
{
    [Fact]
    public async Task Blend_OfCandidates_AnswersWithTheBestAndSaysSo()
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.All);

        var response = await cluster.Blender.BlendAsync(Request(2, 7, 5) with { Id = "one" });

        Assert.Equal("one", response.Id);
        Assert.Equal("7 is the number", response.Answer);
        Assert.Equal([3, 1, 2], response.Candidates.Select(candidate => candidate.Rank));
        Assert.Equal([1], response.MadeFrom);
        Assert.Equal(6, response.Usage.Comparisons);
        Assert.Equal(BlendGiven.Best, response.Fusion!.Given);
        Assert.Empty(response.Failures);
    }

    [Fact]
    public async Task Blend_RolesOnSilosOfTheirOwn_IsTheSame()
    {
        await using var cluster = await BlendCluster.StartAsync(
            new FakeRanker(), SiloRoles.Gateway, SiloRoles.Blend, SiloRoles.Compare, SiloRoles.Fuse);

        var response = await cluster.Service<IBlender>(0).BlendAsync(Request(2, 7, 5));

        Assert.Equal("7 is the number", response.Answer);
        Assert.Empty(response.Failures);
    }

    [Fact]
    public async Task Blend_OfAPanel_ListsWhoFailedAndWhy()
    {
        var panels = new PanelRegistry();
        panels.Add(new Backend("good", new FakeChat(_ => "5 is the number")));
        panels.Add(new Backend("better", new FakeChat(_ => "6 is the number")));
        panels.Add(new Backend("empty", new FakeChat(_ => " ")));
        panels.Add(new Backend("broken", new FakeChat(Fails(new InvalidOperationException("no such luck")))));
        panels.Add(new Backend("away", new FakeChat(Fails(new HttpRequestException("connection refused")))));
        panels.Add(new Panel("all", ["good", "broken", "better", "empty", "away"]));
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), _ => { }, [SiloRoles.All], panels);

        var response = await cluster.Blender.BlendAsync(new BlendRequest { Instruction = "Which?" });

        Assert.Equal("6 is the number", response.Answer);
        Assert.Equal(["good", "better"], response.Candidates.Select(candidate => candidate.Model));
        Assert.Equal(
            [("broken", BlendFailureReason.Faulted), ("empty", BlendFailureReason.Empty), ("away", BlendFailureReason.Unreachable)],
            response.Failures.Select(failure => (failure.What, failure.Reason)));
    }

    [Fact]
    public async Task Blend_QuorumReached_DoesNotWaitForTheLast()
    {
        var never = new TaskCompletionSource<string>();
        var panels = new PanelRegistry();
        panels.Add(new Backend("quick", new FakeChat(_ => "5 is the number")));
        panels.Add(new Backend("slow", new FakeChat(_ => never.Task)));
        panels.Add(new Panel("both", ["quick", "slow"]) { Quorum = 1, Grace = TimeSpan.FromMilliseconds(50) });
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), _ => { }, [SiloRoles.All], panels);

        var response = await cluster.Blender.BlendAsync(new BlendRequest { Instruction = "Which?" });

        Assert.Equal("5 is the number", response.Answer);
        var failure = Assert.Single(response.Failures);
        Assert.Equal(("slow", BlendFailureReason.TimedOut), (failure.What, failure.Reason));
    }

    [Fact]
    public async Task Blend_NobodyAnswers_FailsWithTheirReasons()
    {
        var panels = new PanelRegistry();
        panels.Add(new Backend("away", new FakeChat(Fails(new HttpRequestException("connection refused")))));
        panels.Add(new Panel("one", ["away"]));
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), _ => { }, [SiloRoles.All], panels);

        var failure = await Assert.ThrowsAsync<BlendException>(() => cluster.Blender.BlendAsync(new BlendRequest { Instruction = "Which?" }));

        Assert.Equal(BlendFailureReason.Unreachable, failure.Reason);
        Assert.Contains("connection refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blend_RankingFails_StillAnswersAndSaysSo()
    {
        var ranker = new FakeRanker { BeforeCompare = _ => throw new InvalidOperationException("out of memory") };
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.All);

        var response = await cluster.Blender.BlendAsync(Request(2, 7, 5));

        Assert.Equal("2 is the number", response.Answer);
        Assert.Equal([0], response.MadeFrom);
        Assert.Equal([1, 1, 1], response.Candidates.Select(candidate => candidate.Rank));
        var failure = Assert.Single(response.Failures);
        Assert.Equal(("rank", BlendFailureReason.Faulted), (failure.What, failure.Reason));
    }

    [Theory]
    [InlineData("panel")]
    [InlineData("ranker")]
    [InlineData("fuser")]
    [InlineData("top_k")]
    public async Task Blend_InvalidRequest_NamesTheField(string field)
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.All);
        var request = field switch
        {
            "panel" => Request(1, 2) with { Candidates = null, Panel = "unheard-of" },
            "ranker" => Request(1, 2) with { Ranker = "unheard-of" },
            "fuser" => Request(1, 2) with { Fuser = "unheard-of" },
            _ => Request(1, 2) with { TopK = 0 },
        };

        var failure = await Assert.ThrowsAsync<BlendException>(() => cluster.Blender.BlendAsync(request));

        Assert.Equal(field, failure.Parameter);
    }

    [Fact]
    public async Task Stream_OfCandidates_EndsWithTheWholeResponse()
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.Blend, SiloRoles.Compare, SiloRoles.Fuse);
        var updates = new List<BlendUpdate>();

        await foreach (var update in cluster.Blender.BlendStreamingAsync(Request(2, 7, 5)))
        {
            updates.Add(update);
        }

        Assert.Equal("7 is the number", string.Concat(updates.Select(update => update.Text)));
        Assert.All(updates[..^1], update => Assert.Null(update.Response));
        Assert.Equal("7 is the number", updates[^1].Response!.Answer);
    }

    [Theory]
    [InlineData(9, false, "9 is the number", "9 is the number")]
    [InlineData(3, false, "7 is the number", "7 is the number")]
    [InlineData(9, true, "9 is the number", "9 is the number")]
    [InlineData(3, true, "3 is the number", "7 is the number")]
    public async Task Stream_FusedAnswerIsJudged_GivesTheOneThatCounts(int fused, bool withDraft, string streamed, string answer)
    {
        var panels = new PanelRegistry();
        panels.Add(new Backend("scribe", new FakeChat(_ => $"{fused} is the number")));
        panels.Add(new Panel("scribes", ["scribe"]));
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), _ => { }, [SiloRoles.All], panels);
        var updates = new List<BlendUpdate>();

        await foreach (var update in cluster.Blender.BlendStreamingAsync(Request(2, 7, 5) with { Fuser = "scribe", WithDraft = withDraft }))
        {
            updates.Add(update);
        }

        var response = updates[^1].Response!;
        Assert.Equal((streamed, answer), (string.Concat(updates.Select(update => update.Text)), response.Answer));
        Assert.Equal(answer == streamed && fused == 9 ? BlendGiven.Fused : BlendGiven.Best, response.Fusion!.Given);
        Assert.Equal(fused > 7, response.Fusion.Margin > 0);
    }

    [Fact]
    public async Task Blend_GuardFails_AnswersWithTheBestAndCountsIt()
    {
        var ranker = new FakeRanker();
        var panels = new PanelRegistry();
        panels.Add(new Backend("scribe", new FakeChat(_ =>
        {
            ranker.BeforeCompare = _ => throw new InvalidOperationException("out of memory");
            return "9 is the number";
        })));
        await using var cluster = await BlendCluster.StartAsync(ranker, _ => { }, [SiloRoles.All], panels);
        var failed = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name is "llmblender.guard.verdicts")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => failed += tags[0].Value is "failed" ? count : 0);
        listener.Start();

        var response = await cluster.Blender.BlendAsync(Request(2, 7, 5) with { Fuser = "scribe" });

        Assert.Equal("7 is the number", response.Answer);
        Assert.Equal(new BlendFusion("scribe", BlendGiven.Best, null), response.Fusion);
        Assert.Equal(("guard", BlendFailureReason.Faulted), (Assert.Single(response.Failures).What, response.Failures[0].Reason));
        Assert.Equal(1, failed);
    }

    [Fact]
    public async Task ChatClient_OverTheGrains_IsAChatModel()
    {
        var panels = new PanelRegistry();
        panels.Add(new Backend("good", new FakeChat(prompt => prompt == "Which?" ? "5 is the number" : "0 is the number")));
        panels.Add(new Backend("better", new FakeChat(_ => "6 is the number")));
        panels.Add(new Panel("all", ["good", "better"]));
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), _ => { }, [SiloRoles.All], panels);
        using IChatClient chat = new BlendChatClient(cluster.Blender);

        var response = await chat.GetResponseAsync("Which?");
        var streamed = string.Concat(await chat.GetStreamingResponseAsync("Which?").Select(update => update.Text).ToListAsync());

        Assert.Equal("6 is the number", response.Text);
        Assert.Equal("6 is the number", streamed);
        Assert.Equal(["5 is the number", "6 is the number"], ((BlendResponse)response.RawRepresentation!).Candidates.Select(c => c.Text));
    }

    private static Func<string, Task<string>> Fails(Exception e) => _ => Task.FromException<string>(e);

    private static BlendRequest Request(params int[] numbers) => new()
    {
        Instruction = "Which is most?",
        Candidates = FakeRanker.Request("", numbers).Candidates,
        Timeout = TimeSpan.FromSeconds(20),
    };
}
