using LLMBlender.Cluster.Tests.Processes;

namespace LLMBlender.Cluster.Tests.Faults;

/// <summary>Silos that are killed, frozen or replaced under load: no request may fail where another silo can take its part.</summary>
[TestCaseOrderer(typeof(InOrder))]
public sealed class SiloFaultTests(RunningCluster cluster) : IClassFixture<RunningCluster>
{
    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Worker_KilledMidRanking_LosesNoRequest()
    {
        await RepeatAsync("a worker killed", async load =>
        {
            await cluster.Comparing[0].KillAsync();
            await load.WhenAnsweredMoreAsync(Form.Margin);
        });
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Worker_FrozenMidRanking_LosesNoRequest()
    {
        await RepeatAsync("a worker frozen", async load =>
        {
            var worker = cluster.Comparing[1].Process;
            Signals.SendStop(worker);
            await load.WhenAnsweredMoreAsync(Form.Margin);
            Signals.SendContinue(worker);
            await load.WhenAnsweredMoreAsync(Form.Margin);
        });
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task BlendSilo_Killed_LosesNoRequest()
    {
        await RepeatAsync("a blending silo killed", async load =>
        {
            await cluster.Blending[0].KillAsync();
            await load.WhenAnsweredMoreAsync(Form.Margin);
        });
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task AllWorkers_GoneThenBack_LosesNoRequest()
    {
        await RepeatAsync("all workers gone and back", async load =>
        {
            await Task.WhenAll(cluster.Comparing[0].KillAsync(), cluster.Comparing[1].KillAsync());
            await cluster.HealAsync();
            await load.WhenAnsweredMoreAsync(Form.Margin);
        });
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task RollingRestart_UnderLoad_LosesNoRequest()
    {
        await RepeatAsync("a rolling restart", async load =>
        {
            foreach (var process in cluster.Blending.Concat(cluster.Comparing))
            {
                Assert.Equal(0, await process.TerminateAsync());
                await cluster.HealAsync();
                await load.WhenAnsweredMoreAsync(Form.Margin);
            }
        });
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public void Logs_AfterAllFaults_HoldNoUnobservedException() =>
        Assert.DoesNotContain(cluster.Everyone.SelectMany(process => process.Log), line => line.Contains("unobserved", StringComparison.OrdinalIgnoreCase));

    private async Task RepeatAsync(string fault, Func<Load, Task> strike)
    {
        for (var round = 0; round < Form.Rounds; round++)
        {
            await cluster.HealAsync();
            await using var load = await Load.StartAsync(cluster.Gateway.Url);
            await strike(load);
            await load.EndWithoutFailureAsync(fault);
        }
    }
}
