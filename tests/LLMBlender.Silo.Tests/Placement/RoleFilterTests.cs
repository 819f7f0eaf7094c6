using LLMBlender.Abstractions;
using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Placement;
using LLMBlender.TestKit.Fakes;
using Orleans.Runtime.Placement.Filtering;

namespace LLMBlender.Silo.Tests.Placement;

public sealed class RoleFilterTests
{
    [Fact]
    public async Task Role_OfEachGrain_StaysItsOwnWhenOthersAreResolved()
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.All);
        var resolver = cluster.Service<PlacementFilterStrategyResolver>(0);
        var grains = cluster.Cluster.Client;
        GrainType[] types =
        [
            grains.GetGrain<IBlendGrain>("1").GetGrainId().Type, grains.GetGrain<IFusionGrain>("1").GetGrainId().Type,
            grains.GetGrain<ICompareWorkerGrain>("1").GetGrainId().Type,
        ];

        var resolved = Array.ConvertAll(types, type => resolver.GetPlacementFilterStrategies(type).OfType<RoleFilterStrategy>().Single());

        Assert.Equal([SiloRoles.Blend, SiloRoles.Fuse, SiloRoles.Compare], resolved.Select(static strategy => strategy.Role));
    }
}
