using LLMBlender.Cluster.Tests.Processes;

namespace LLMBlender.Cluster.Tests.Faults;

/// <summary>Silos that are killed, frozen or replaced under load: no request may fail where another silo can take its part.</summary>
[Collection(SplitClusterTests.Name)]
public sealed class SiloFaultTests(SplitCluster cluster)
{
    private const string Lost = "stopped answering";

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task Worker_KilledMidRanking_LosesNoRequest() => RepeatAsync("a worker killed", Lost, async load =>
    {
        await cluster.With(SplitCluster.Compare)[0].KillAsync();
        await load.WhenAnsweredMoreAsync(Form.Margin);
    });

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task Worker_FrozenMidRanking_LosesNoRequest() => RepeatAsync("a worker frozen", null, async load =>
    {
        var worker = cluster.With(SplitCluster.Compare)[1];
        var seen = CountStruck();
        Signals.SendStop(worker.Process);
        await Until.IsSoAsync(() => CountStruck() > seen, "the freeze interrupts a shard, which goes to another silo as lost or as late");
        await load.WhenAnsweredMoreAsync(Form.Margin);
        Signals.SendContinue(worker.Process);
        await load.WhenAnsweredMoreAsync(Form.Margin);

        int CountStruck() => cluster.Log.Count(line => line.Contains($"{worker.Silo} {Lost}", StringComparison.Ordinal)
            || line.Contains($"{worker.Silo} is late with", StringComparison.Ordinal));
    });

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task Worker_FrozenUntilTheOthersPutItOut_LosesNoRequest() => RepeatAsync("a worker frozen until it was put out", Lost, async load =>
    {
        var worker = cluster.With(SplitCluster.Compare)[0];
        Signals.SendStop(worker.Process);
        await Until.IsSoAsync(async () => await cluster.Redis.DeadSilosAsync() is var dead && dead.Contains(worker.Silo), "the others put it out");
        await load.WhenAnsweredMoreAsync(Form.Margin);

        // It learns that it was put out, and ends itself: its place is another's.
        Signals.SendContinue(worker.Process);
        await Until.IsSoAsync(() => worker.Process.HasExited, "it ends itself");
        await cluster.HealAsync();
        await load.WhenAnsweredMoreAsync(Form.Margin);
    });

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task Worker_CutOff_LosesNoRequest() => RepeatAsync("a worker cut off", Lost, async load =>
    {
        var port = FreePort.Next();
        using var relay = new Relay(port);
        var worker = await cluster.StartMoreAsync(SplitCluster.Compare, "--silo-port", $"{relay.Port}", "--silo-listen-port", $"{port}");
        await load.WhenAnsweredMoreAsync(3 * Form.Margin);
        relay.Cut();
        await load.WhenAnsweredMoreAsync(Form.Margin);
        relay.Mend();
        await load.WhenAnsweredMoreAsync(Form.Margin);
        await worker.KillAsync();
    });

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task BlendSilo_Killed_LosesNoRequest() => RepeatAsync("a blending silo killed", null, async load =>
    {
        await cluster.With(SplitCluster.Blend)[0].KillAsync();
        await load.WhenAnsweredMoreAsync(Form.Margin);
    });

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task BlendSilo_Frozen_LosesNoRequest() => RepeatAsync("a blending silo frozen", null, async load =>
    {
        var silo = cluster.With(SplitCluster.Blend)[1].Process;
        Signals.SendStop(silo);
        await load.WhenAnsweredMoreAsync(Form.Margin);
        Signals.SendContinue(silo);
        await load.WhenAnsweredMoreAsync(Form.Margin);
    });

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task AllWorkers_GoneThenBack_LosesNoRequest() => RepeatAsync("all workers gone and back", Lost, async load =>
    {
        await Task.WhenAll(cluster.With(SplitCluster.Compare).Select(worker => worker.KillAsync()));
        await cluster.HealAsync();
        await load.WhenAnsweredMoreAsync(Form.Margin);
    });

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task RollingRestart_UnderLoad_LosesNoRequest() => RepeatAsync("a rolling restart", null, async load =>
    {
        foreach (var process in cluster.With(SplitCluster.Blend).Concat(cluster.With(SplitCluster.Compare)))
        {
            Assert.Equal(0, await process.TerminateAsync());
            await cluster.HealAsync();
            await load.WhenAnsweredMoreAsync(Form.Margin);
        }
    });

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task ScaleDown_UnderLoad_LogsNoError() => RepeatAsync("a scale-down", null, async load =>
    {
        var (compare, blend) = (await cluster.StartMoreAsync(SplitCluster.Compare), await cluster.StartMoreAsync(SplitCluster.Blend));
        await load.WhenAnsweredMoreAsync(3 * Form.Margin);
        var before = Errors();
        Assert.Equal(0, await compare.TerminateAsync());
        Assert.Equal(0, await blend.TerminateAsync());
        await load.WhenAnsweredMoreAsync(10 * Form.Margin);
        Assert.Equal([], Errors().Except(before));
    });

    private List<string> Errors() => [.. cluster.Log.Where(line => line.Contains(" fail: ", StringComparison.Ordinal) || line.StartsWith("fail: ", StringComparison.Ordinal))];

    // Where a sign is given, the fault must have struck work under way: some silo's log says so.
    private Task RepeatAsync(string fault, string? sign, Func<Load, Task> strike) => cluster.UseAsync(async () =>
    {
        for (var round = 0; round < Form.Rounds; round++)
        {
            await cluster.HealAsync();
            var seen = cluster.Log.Count(line => sign is not null && line.Contains(sign, StringComparison.Ordinal));
            await using var load = await Load.StartAsync(cluster.Gateway.Url);
            await strike(load);
            await load.EndWithoutFailureAsync(fault);
            Assert.True(
                sign is null || cluster.Log.Count(line => line.Contains(sign, StringComparison.Ordinal)) > seen, $"no log says \"{sign}\"");
            var unobserved = cluster.Log.FirstOrDefault(line => line.Contains("unobserved", StringComparison.OrdinalIgnoreCase));
            Assert.True(unobserved is null, unobserved);
        }

        await cluster.HealAsync();
    });
}
