using LLMBlender.Silo.Hosting;

namespace LLMBlender.Silo.Tests.Grains;

public sealed class RankingGrainTests
{
    [Fact]
    public async Task Rank_OneSilo_OrdersByTheLogits()
    {
        var ranker = new FakeRanker();
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.All);

        var response = await cluster.Blender.RankAsync(BlendCluster.Ranking("Which is most?", 3, 9, 1, 5) with { WithMatrix = true });

        Assert.Equal([3, 1, 4, 2], response.Ranks);
        Assert.Equal(12, response.Comparisons);
        Assert.Equal(0, response.Reused);
        Assert.Equal("fake", response.Ranker);
        Assert.Equal(FakeRanker.Logit("3 ", "9 "), response.Matrix![1]);
        Assert.Equal(FakeRanker.Logit("9 ", "3 "), response.Matrix[4]);
    }

    [Fact]
    public async Task Rank_CompareRoleElsewhere_FindsTheAccelerators()
    {
        var ranker = new FakeRanker();
        await using var cluster = await BlendCluster.StartAsync(ranker, SiloRoles.Blend, SiloRoles.Compare, SiloRoles.Compare);

        var numbers = Enumerable.Range(0, 11).ToArray();
        var request = BlendCluster.Ranking(new string('x', 4000), numbers);
        var response = await cluster.Blender.RankAsync(request);

        Assert.Equal(Enumerable.Range(0, 11).Select(i => 11 - i), response.Ranks);
        Assert.Equal(110, ranker.Compared.Count);
        Assert.Equal([1, 2], ranker.ComparedBy.Keys.Order());
        Assert.All(ranker.ComparedBy.Values, count => Assert.Equal(55, count));
    }
}
