using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Panels;
using LLMBlender.Silo.Placement;
using LLMBlender.TestKit.Fakes;

namespace LLMBlender.Silo.Tests.Grains;

/// <summary>Blends in a cluster in which no silo has a role that a step needs. Their time limit is far longer than a test's.</summary>
public sealed class MissingSiloTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Blend_NoSiloCompares_GivesTheFirstUsableAnswerUnranked()
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), _ => { }, [SiloRoles.Blend | SiloRoles.Fuse], Panels());

        var response = await BlendAsync(cluster, "both");

        AssertUnranked(response, "5 is the number");
    }

    [Fact]
    public async Task Blend_OneMemberAndNoSiloCompares_IsNoFailure()
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), _ => { }, [SiloRoles.Blend | SiloRoles.Fuse], Panels());

        var response = await BlendAsync(cluster, "one");

        Assert.Equal("5 is the number", response.Answer);
        Assert.False(response.IsUnranked);
        Assert.Empty(response.Warnings);
        Assert.Empty(response.Failures);
    }

    [Fact]
    public async Task Blend_NoSiloFuses_GivesTheBestCandidate()
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), _ => { }, [SiloRoles.Blend | SiloRoles.Compare], Panels());

        var response = await BlendAsync(cluster, "both");

        Assert.Equal("7 is the number", response.Answer);
        Assert.Equal(("fuse", BlendFailureReason.Unreachable), Assert.Single(response.Failures.Select(failure => (failure.What, failure.Reason))));
    }

    [Fact]
    public async Task Blend_LastSiloThatComparesIsKilledWhileItRanks_GivesTheFirstUsableAnswerAndRanksAgainWithANewOne()
    {
        var ranker = new FakeRanker();
        await using var cluster = await BlendCluster.StartAsync(ranker, _ => { }, [SiloRoles.Blend | SiloRoles.Fuse, SiloRoles.Compare], Panels());
        using (var hold = new Hold(ranker, silo: 1))
        {
            var blending = BlendAsync(cluster, "both");
            await hold.WhenReachedAsync();

            var killing = cluster.Cluster.KillSiloAsync(cluster.Silo(1));

            AssertUnranked(await blending, "5 is the number");
            hold.Release();
            await killing;
        }

        AssertUnranked(await BlendAsync(cluster, "both"), "5 is the number");
        await cluster.Cluster.StartAdditionalSiloAsync();
        BlendResponse response;
        do
        {
            response = await BlendAsync(cluster, "both");
        }
        while (response.IsUnranked);
        Assert.Equal("7 is the number", response.Answer);
        Assert.Empty(response.Failures);
    }

    [Fact]
    public async Task Rank_AllPairsOfTooManyCandidates_IsRefusedByName()
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.All);
        var request = FakeRanker.Request("Too many?", [.. Enumerable.Range(0, 1024)]);

        var failure = await Assert.ThrowsAsync<BlendException>(() => cluster.Blender.RankAsync(request));

        Assert.Equal("candidates", failure.Parameter);
        Assert.Contains("\"candidates\" lists 1024, and max-logits compares up to 1047552 pairs: at most 20000", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(141, "max-logits")]
    [InlineData(141, "adaptive")]
    [InlineData(400, "bubble-best")]
    public async Task Rank_ManyCandidates_AreRanked(int count, string aggregation)
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.All);
        var request = FakeRanker.Request("Many?", [.. Enumerable.Range(0, count)]) with { Aggregation = aggregation };

        var response = await cluster.Blender.RankAsync(request);

        Assert.Equal(1, response.Ranks[^1]);
    }

    private static Task<BlendResponse> BlendAsync(BlendCluster cluster, string panel) =>
        cluster.Blender.BlendAsync(new BlendRequest { Instruction = "Which?", Panel = panel, Timeout = RequestTime.Longest }).WaitAsync(Patience);

    private static void AssertUnranked(BlendResponse response, string answer)
    {
        Assert.Equal(answer, response.Answer);
        Assert.True(response.IsUnranked);
        Assert.Equal("the candidates are not ranked: the answer is the first usable one", Assert.Single(response.Warnings));
        Assert.Equal(("rank", BlendFailureReason.Unreachable), Assert.Single(response.Failures.Select(failure => (failure.What, failure.Reason))));
        Assert.All(response.Candidates, candidate => Assert.Equal(1, candidate.Rank));
    }

    private static PanelRegistry Panels()
    {
        var panels = new PanelRegistry();
        panels.Add(new Backend("good", new FakeChat(_ => "5 is the number")));
        panels.Add(new Backend("better", new FakeChat(_ => "7 is the number")));
        panels.Add(new Panel("both", ["good", "better"]));
        panels.Add(new Panel("one", ["good"]));
        return panels;
    }
}
