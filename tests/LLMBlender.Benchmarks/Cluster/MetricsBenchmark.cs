using System.Diagnostics;
using LLMBlender.Silo.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace LLMBlender.Benchmarks.Cluster;

/// <summary>
/// What metrics cost: one cluster whose comparer costs nothing, so that the grains' own work is all there is, with OpenTelemetry
/// reading the meters and without, in turn. What any real ranker computes makes the share smaller.
/// </summary>
internal static class MetricsBenchmark
{
    private const int PairsPerRanking = 110;
    private const int Concurrency = 16;
    private static readonly TimeSpan Scrape = TimeSpan.FromSeconds(5);

    private static int fresh;

    /// <summary>Runs it.</summary>
    /// <param name="rounds">Spells of each, on and off alternating.</param>
    /// <param name="seconds">How long a spell is.</param>
    public static async Task RunAsync(int rounds, double seconds)
    {
        await using var cluster = await BenchCluster.StartAsync(1, () => new TimedComparer(null));
        await SpellAsync(cluster, TimeSpan.FromSeconds(2 * seconds));
        var ratios = new List<double>();
        var (on, off) = (0.0, 0.0);
        for (var round = 0; round < rounds; round++)
        {
            // Whichever goes first has the machine as the other left it.
            var first = round % 2 == 0;
            var one = await SpellAsync(cluster, TimeSpan.FromSeconds(seconds), watched: first);
            var other = await SpellAsync(cluster, TimeSpan.FromSeconds(seconds), watched: !first);
            var (with, without) = first ? (one, other) : (other, one);
            ratios.Add(with / without);
            (on, off) = (on + with, off + without);
        }

        ratios.Sort();
        Timing.Report("comparisons, metrics off", off / rounds, "/s");
        Timing.Report("comparisons, metrics on", on / rounds, "/s");
        Timing.Report("  ratio, on to off: of the sums (at least 0.98)", on / off, "");
        Timing.Report("  median of the rounds", ratios[ratios.Count / 2], "");
        Timing.Report("  lowest round", ratios[0], "");
        Timing.Report("  highest round", ratios[^1], "");
    }

    private static Task<double> SpellAsync(BenchCluster cluster, TimeSpan time, bool watched)
    {
        if (!watched)
        {
            return SpellAsync(cluster, time);
        }

        return WatchedAsync();

        async Task<double> WatchedAsync()
        {
            using var reader = Sdk.CreateMeterProviderBuilder()
                .AddMeter(BlendMetrics.MeterName, "Microsoft.Orleans", "System.Runtime")
                .AddReader(new PeriodicExportingMetricReader(new NoExport(), (int)Scrape.TotalMilliseconds))
                .Build();
            return await SpellAsync(cluster, time);
        }
    }

    private static async Task<double> SpellAsync(BenchCluster cluster, TimeSpan time)
    {
        using var stop = new CancellationTokenSource();
        var askers = Enumerable.Range(0, Concurrency).Select(_ => AskUntilAsync(cluster, stop.Token)).ToArray();
        var (began, start) = (Volatile.Read(ref fresh), Stopwatch.GetTimestamp());
        await Task.Delay(time);
        var rate = (Volatile.Read(ref fresh) - began) * PairsPerRanking / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await stop.CancelAsync();
        await Task.WhenAll(askers);
        return rate;
    }

    private static async Task AskUntilAsync(BenchCluster cluster, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await cluster.Blender.RankAsync(BenchCluster.Fresh(Interlocked.Increment(ref fresh)), CancellationToken.None);
        }
    }

    private sealed class NoExport : BaseExporter<Metric>
    {
        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch)
            {
                foreach (ref readonly var point in metric.GetMetricPoints())
                {
                    _ = point.EndTime;
                }
            }

            return ExportResult.Success;
        }
    }
}
