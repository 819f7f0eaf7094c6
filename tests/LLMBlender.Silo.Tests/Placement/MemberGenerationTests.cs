using LLMBlender.Client;
using LLMBlender.Silo.Placement;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Fakes;

namespace LLMBlender.Silo.Tests.Placement;

public sealed class MemberGenerationTests
{
    [Fact]
    public async Task Current_AfterAJoinAndALeave_IsAnotherAndTheSameForAll()
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.Gateway, SiloRoles.Compare, SiloRoles.Blend);
        var first = await AgreedAsync("");

        var joined = await cluster.Cluster.StartAdditionalSiloAsync();
        var second = await AgreedAsync(first);
        await cluster.Cluster.StopSiloAsync(joined);

        Assert.Equal(first, await AgreedAsync(second));

        async Task<string> AgreedAsync(string former)
        {
            string[] known = [];
            await Waiting.UntilAsync(
                () =>
                {
                    known = [.. Enumerable.Range(0, 3).Select(silo => cluster.Service<IRouteGeneration>(silo).Current)];
                    return known.Distinct().Count() == 1 && known[0] != former;
                },
                "all silos have the new generation");
            Assert.Equal(known[0], await cluster.Cluster.Client.GetGrain<IRouteGenerationGrain>(0).ReadAsync());
            return known[0];
        }
    }
}
