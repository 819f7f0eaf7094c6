using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Silo.Placement;
using LLMBlender.TestKit.Fakes;

namespace LLMBlender.Silo.Tests.Calls;

public sealed class GrainReferencesTests
{
    [Fact]
    public async Task Get_OfKnownInterfaces_EqualsTheFactorysReferences()
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.All);
        var grains = cluster.Cluster.Client;
        var references = new GrainReferences(grains);

        // The first reference of an interface comes from the factory, the later ones from what it said.
        foreach (var key in (string[])["7", "8", "7.5fb0a914~1"])
        {
            Assert.Equal(grains.GetGrain<IBlendGrain>(key), references.Get<IBlendGrain>(key));
            Assert.Equal(grains.GetGrain<IRankingGrain>(key), references.Get<IRankingGrain>(key));
        }

        Assert.Equal(await grains.GetGrain<IBlendGrain>("9").PanelsAsync(), await references.Get<IBlendGrain>("9").PanelsAsync());
    }
}
