using LLMBlender.Abstractions;
using LLMBlender.Local.Comparing;
using LLMBlender.Local.Fusion;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Telemetry;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Fakes;

namespace LLMBlender.Local.Tests;

/// <summary>The contract against a blender of this process.</summary>
public sealed class LocalBlenderTests : BlenderContractTests
{
    protected override Task<IContractHost> StartAsync(FakeRanker? ranker = null, PanelRegistry? panels = null) =>
        Task.FromResult<IContractHost>(new LocalHost(ranker ?? new FakeRanker(), panels ?? new PanelRegistry()));

    private sealed class LocalHost : IContractHost
    {
        private readonly BlendMetrics metrics = new();
        private readonly LocalModels models;

        public LocalHost(FakeRanker ranker, PanelRegistry panels)
        {
            models = new LocalModels([KeyValuePair.Create<string, IPairRanker>("fake", ranker.On(0))], FuserRegistry.SelectOnly);
            Blender = new LocalBlender(models, panels, metrics);
        }

        public IBlender Blender { get; }

        public ValueTask DisposeAsync()
        {
            models.Dispose();
            metrics.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
