using LLMBlender.Local.Backends;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Scoring;
using LLMBlender.Local.Settings;
using LLMBlender.Silo.Hosting;
using LLMBlender.Silo.Placement;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Fakes;

namespace LLMBlender.Silo.Tests.Hosting;

public sealed class SiloReadinessTests
{
    [Fact]
    public async Task Problem_OfABlendingSiloWithoutWorkers_NamesThem()
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.Blend);
        var readiness = cluster.Service<SiloReadiness>(0);
        await Waiting.UntilAsync(() => readiness.IsMember, "it is a member");

        Assert.Equal("no silo of the cluster compares", readiness.Problem());
    }

    [Fact]
    public async Task Problem_WhereABackendRanks_WantsNoWorkers()
    {
        var panels = new PanelRegistry();
        panels.Add(new Backend("judge", new FakeChat(_ => "A>B")));
        panels.Add(new Panel("judged", ["judge"]) { Ranker = "judge" });
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), _ => { }, [SiloRoles.Blend], panels);
        var readiness = cluster.Service<SiloReadiness>(0);

        await Waiting.UntilAsync(() => readiness.Problem() is null, "it is ready");
    }

    [Fact]
    public async Task Problem_ScorerRanks_NeedsNoWorkers()
    {
        var panels = new PanelRegistry();
        panels.Add(new Backend("member", new FakeChat(_ => "Yes.")));
        panels.Add(Scorer.Create(new ScorerSettings { Name = "scorer", Kind = ScorerSettings.TeiRerank, Url = "http://127.0.0.1:1" }, null, TimeProvider.System));
        panels.Add(new Panel("scored", ["member"]) { Ranker = "scorer" });
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), _ => { }, [SiloRoles.Blend], panels);
        var readiness = cluster.Service<SiloReadiness>(0);

        await Waiting.UntilAsync(() => readiness.Problem() is null, "it is ready");
    }

    [Fact]
    public async Task Problem_OnceWorkersHaveBeenThere_IsNoneEvenWithoutThem()
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.Blend, SiloRoles.Compare);
        var readiness = cluster.Service<SiloReadiness>(0);
        await Waiting.UntilAsync(() => readiness.Problem() is null, "it is ready");

        await cluster.Cluster.StopSiloAsync(cluster.Silo(1));
        await Waiting.UntilAsync(() => readiness.Comparing == 0, "the worker is gone");

        Assert.Null(readiness.Problem());
    }

    [Fact]
    public async Task Problem_WithoutABlendingSilo_NamesIt()
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.Compare);
        var readiness = cluster.Service<SiloReadiness>(0);
        await Waiting.UntilAsync(() => readiness.IsMember, "it is a member");

        Assert.Equal("no silo of the cluster blends", readiness.Problem());
    }
}
