using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Local.Panels;
using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Hosting;
using LLMBlender.Silo.Models;
using LLMBlender.Silo.Placement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Benchmarks.Cluster;

/// <summary>
/// Throughput of 1 to 8 processes that compare, over a real Redis. Each has a fake accelerator, <see cref="TimedComparer"/>, which sleeps as long as its comparisons would take, so that
/// the machine's processors do not limit it and what is lost is the cluster's.
/// </summary>
internal static class ProcessesBenchmark
{
    private const int PairsPerRanking = 110;
    private static readonly int[] Workers = [1, 2, 4, 8];

    private static int fresh;

    /// <summary>Measures, and prints.</summary>
    /// <param name="speed">Comparisons a second of a fake accelerator.</param>
    /// <param name="seconds">How long each number of processes is measured.</param>
    public static async Task RunAsync(double speed, double seconds)
    {
        using var redis = new LocalRedis();
        await redis.WhenAnsweringAsync();
        var single = 0.0;
        foreach (var workers in Workers)
        {
            var rate = await RateAsync(redis.Address, workers, speed, seconds);
            single = workers == 1 ? rate : single;
            Timing.Report($"{workers} processes with fake accelerators of {speed:0} comparisons/s", rate, "/s");
            Timing.Report("  efficiency beside one (at least 0.95)", rate / (single * workers), "");
        }
    }

    /// <summary>Comparisons a second of so many processes that compare.</summary>
    /// <param name="redis">The cluster's Redis.</param>
    /// <param name="workers">Processes that compare.</param>
    /// <param name="speed">Comparisons a second of a fake accelerator.</param>
    /// <param name="seconds">How long it is measured.</param>
    public static async Task<double> RateAsync(string redis, int workers, double speed, double seconds)
    {
        var id = $"bench-{Guid.NewGuid():N}";
        var children = Enumerable.Range(0, workers).Select(_ => StartWorker(redis, id, speed)).ToList();
        using var host = Build(redis, id, SiloRoles.Blend | SiloRoles.Fuse, SiloModels.None);
        await host.StartAsync();
        try
        {
            var readiness = host.Services.GetRequiredService<SiloReadiness>();
            while (readiness.Comparing < workers)
            {
                await Task.Delay(100);
            }

            return await RateAsync(host.Services.GetRequiredService<IBlender>(), 4 * workers, TimeSpan.FromSeconds(seconds));
        }
        finally
        {
            await host.StopAsync();
            foreach (var child in children)
            {
                child.StandardInput.Close();
                await child.WaitForExitAsync();
                child.Dispose();
            }
        }
    }

    /// <summary>A process that compares with a fake accelerator, until its input ends.</summary>
    public static async Task WorkAsync(string redis, string id, double speed)
    {
        using var host = Build(redis, id, SiloRoles.Compare, new SiloModels([new AcceleratorRankers("fake:0", [TimedComparer.Load(speed)])]));
        await host.StartAsync();
        await Console.In.ReadToEndAsync();
        await host.StopAsync();
    }

    private static IHost Build(string redis, string id, SiloRoles roles, SiloModels models)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.AddLLMBlenderSilo(new LLMBlenderSiloOptions { Roles = roles, Redis = redis, ClusterId = id }, models, new PanelRegistry());
        return builder.Build();
    }

    private static Process StartWorker(string redis, string id, double speed) => Process.Start(new ProcessStartInfo(
        "dotnet", [typeof(ProcessesBenchmark).Assembly.Location, "fake-worker", redis, id, FormattableString.Invariant($"{speed}")])
    {
        RedirectStandardInput = true,
    })!;

    private static async Task<double> RateAsync(IBlender blender, int concurrency, TimeSpan time)
    {
        using var stop = new CancellationTokenSource();
        var done = 0;
        var askers = Enumerable.Range(0, concurrency).Select(_ => AskAsync()).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(3));
        var (before, start) = (Volatile.Read(ref done), Stopwatch.GetTimestamp());
        await Task.Delay(time);
        var rate = (Volatile.Read(ref done) - before) * PairsPerRanking / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await stop.CancelAsync();
        await Task.WhenAll(askers);
        return rate;

        async Task AskAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                await blender.RankAsync(BenchCluster.Fresh(Interlocked.Increment(ref fresh)), CancellationToken.None);
                Interlocked.Increment(ref done);
            }
        }
    }
}
