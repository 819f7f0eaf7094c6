using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Panels;
using LLMBlender.Silo.Placement;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Fakes;

namespace LLMBlender.Silo.Tests;

/// <summary>The contract against a cluster in this process.</summary>
public sealed class ClusterBlenderTests : BlenderContractTests
{
    protected override async Task<IContractHost> StartAsync(FakeRanker? ranker = null, PanelRegistry? panels = null) =>
        new ClusterHost(await BlendCluster.StartAsync(ranker ?? new FakeRanker(), static _ => { }, [SiloRoles.All], panels));

    [Fact]
    public async Task Rank_ByARankerWithAWeightOfConsensus_AddsItToKeptLogitsToo()
    {
        var ranker = new FakeRanker { Info = new RankerInfo("fake", RankerInfo.PairRanker) { ConsensusWeight = 40 } };
        await using var host = await StartAsync(ranker);
        string[] texts = ["9 is what I say", "5 is the number", "4 is the number"];
        var agreements = Consensus.Of(texts);
        var request = new RankingRequest
        {
            Instruction = "Which?",
            Candidates = Array.ConvertAll(texts, static text => new Candidate(null, text)),
            WithMatrix = true,
            Timeout = TimeSpan.FromSeconds(20),
        };

        var first = await host.Blender.RankAsync(request, TestContext.Current.CancellationToken);
        var again = await host.Blender.RankAsync(request, TestContext.Current.CancellationToken);

        // The ranker prefers the highest number, and the others agree with each other.
        Assert.Equal([3, 1, 2], first.Ranks);
        Assert.Equal(FakeRanker.Logit(texts[0], texts[1]) + (40 * (agreements[0] - agreements[1])), first.Matrix![1], 1e-4);
        Assert.Equal(first.Matrix, again.Matrix!);
        Assert.Equal(6, again.Reused);
        Assert.Equal(40, again.RankerInfo!.ConsensusWeight);
    }

    private sealed class ClusterHost(BlendCluster cluster) : IContractHost
    {
        public IBlender Blender => cluster.Blender;

        public ValueTask DisposeAsync() => cluster.DisposeAsync();
    }
}
