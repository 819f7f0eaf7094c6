using LLMBlender.Abstractions;
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

    private sealed class ClusterHost(BlendCluster cluster) : IContractHost
    {
        public IBlender Blender => cluster.Blender;

        public ValueTask DisposeAsync() => cluster.DisposeAsync();
    }
}
