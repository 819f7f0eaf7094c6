using System.Diagnostics;
using System.Diagnostics.Metrics;
using LLMBlender.Local.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace LLMBlender.Benchmarks.Cluster;

/// <summary>
/// What metrics cost: one cluster whose comparer costs nothing, so that the grains' own work is all there is, with OpenTelemetry
/// reading the meters and without, in turn. What any real ranker computes makes the share smaller.
/// </summary>
/// <remarks>
/// A server makes its reader once, so each spell begins with a part that is not measured: making a reader's storage and
/// compiling its code are no cost of recording. Beside the throughput, which whatever else runs on the machine disturbs, stand
/// the processor time and the bytes of a comparison, and how often a ranking tells a meter anything.
/// </remarks>
internal static class MetricsBenchmark
{
    private const int PairsPerRanking = 110;
    private const int Concurrency = 16;
    private static readonly TimeSpan Scrape = TimeSpan.FromSeconds(5);
    private static readonly string[] Meters = [BlendMetrics.MeterName, "Microsoft.Orleans", "System.Runtime"];

    private static int fresh;

    /// <summary>Runs it.</summary>
    /// <param name="rounds">Spells of each, on and off alternating.</param>
    /// <param name="seconds">How long a spell is measured.</param>
    public static async Task RunAsync(int rounds, double seconds)
    {
        // Before there is a cluster, which would keep processors busy, too.
        Timing.Report("recording of a ranking alone, processor time, metrics off", Recording(watched: false), "us");
        Timing.Report("recording of a ranking alone, processor time, metrics on", Recording(watched: true), "us");
        await using var cluster = await BenchCluster.StartAsync(1, () => TimedComparer.Load(null));
        var time = TimeSpan.FromSeconds(seconds);
        await SpellAsync(cluster, time, watched: false);
        await SpellAsync(cluster, time, watched: true);
        await CountAsync(cluster, time);
        var (on, off) = (new List<Spell>(), new List<Spell>());
        for (var round = 0; round < rounds; round++)
        {
            // Whichever goes first has the machine as the other left it.
            foreach (var watched in new[] { round % 2 == 0, round % 2 != 0 })
            {
                (watched ? on : off).Add(await SpellAsync(cluster, time, watched));
            }
        }

        Report(on, off);
    }

    private static void Report(List<Spell> on, List<Spell> off)
    {
        Timing.Report("comparisons, metrics off", off.Average(static spell => spell.Rate), "/s");
        Timing.Report("comparisons, metrics on", on.Average(static spell => spell.Rate), "/s");
        Timing.Report("  ratio, on to off: of the sums (at least 0.98)", on.Sum(static spell => spell.Rate) / off.Sum(static spell => spell.Rate), "");
        Ratios(on.Zip(off, static (with, without) => with.Rate / without.Rate));
        Timing.Report("processor time of a comparison, metrics off", off.Average(static spell => spell.Processor) * 1e6, "us");
        Timing.Report("processor time of a comparison, metrics on", on.Average(static spell => spell.Processor) * 1e6, "us");
        Timing.Report("  ratio, off to on: of the sums", off.Sum(static spell => spell.Processor) / on.Sum(static spell => spell.Processor), "");
        Ratios(on.Zip(off, static (with, without) => without.Processor / with.Processor));
        Timing.Report("bytes of a comparison, metrics off", off.Average(static spell => spell.Bytes), "");
        Timing.Report("bytes of a comparison, metrics on", on.Average(static spell => spell.Bytes), "");
    }

    private static void Ratios(IEnumerable<double> rounds)
    {
        var ratios = rounds.Order().ToArray();
        Timing.Report("  median of the rounds", ratios[ratios.Length / 2], "");
        Timing.Report("  lowest round", ratios[0], "");
        Timing.Report("  highest round", ratios[^1], "");
    }

    // How often each meter is told something: a figure that no noise disturbs.
    private static async Task CountAsync(BenchCluster cluster, TimeSpan time)
    {
        foreach (var name in Meters)
        {
            var told = 0L;
            using var listener = new MeterListener();
            listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<int>((_, _, _, _) => Interlocked.Increment(ref told));
            listener.SetMeasurementEventCallback<long>((_, _, _, _) => Interlocked.Increment(ref told));
            listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref told));
            listener.Start();
            var began = Volatile.Read(ref fresh);
            await AskAsync(cluster, time / 4);
            Timing.Report($"measurements of a ranking, {name}", (double)told / (Volatile.Read(ref fresh) - began), "");
        }
    }

    // What the silos record of a ranking in four calls; the best of many turns, for what else runs on the machine only ever adds.
    private static double Recording(bool watched)
    {
        const int Turns = 50;
        const int Rankings = 10_000;
        using var metrics = new BlendMetrics();
        using var reader = watched ? Reader() : null;
        var best = TimeSpan.MaxValue;
        for (var turn = 0; turn < Turns; turn++)
        {
            var busy = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < Rankings; i++)
            {
                metrics.Comparisons.Compared(ComparisonMetrics.Memory, 0);
                metrics.Comparisons.LookedUp(ComparisonMetrics.Memory, 0, PairsPerRanking);
                metrics.Queue.Waited(1e-4);
                for (var call = 0; call < 4; call++)
                {
                    metrics.Queue.Called("bench:1", "timed", 28, 3584, 1e-4);
                }

                metrics.Queue.Answered(1e-3, "timed");
                metrics.Comparisons.Compared(ComparisonMetrics.Computed, PairsPerRanking);
                metrics.Rankings.Ranked("max-logits", 1e-3, 1, PairsPerRanking);
            }

            var taken = Environment.CpuUsage.TotalTime - busy;
            best = taken < best ? taken : best;
        }

        return best.TotalMicroseconds / Rankings;
    }

    private static MeterProvider Reader() => Sdk.CreateMeterProviderBuilder()
        .AddMeter(Meters)
        .AddReader(new PeriodicExportingMetricReader(new NoExport(), (int)Scrape.TotalMilliseconds))
        .Build();

    private static async Task<Spell> SpellAsync(BenchCluster cluster, TimeSpan time, bool watched)
    {
        using var reader = watched ? Reader() : null;
        await AskAsync(cluster, time / 2);
        return await AskAsync(cluster, time);
    }

    private static async Task<Spell> AskAsync(BenchCluster cluster, TimeSpan time)
    {
        using var stop = new CancellationTokenSource();
        var askers = Enumerable.Range(0, Concurrency).Select(_ => AskUntilAsync(cluster, stop.Token)).ToArray();
        var (began, start, busy, bytes) = (Volatile.Read(ref fresh), Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
        await Task.Delay(time);
        var comparisons = (double)(Volatile.Read(ref fresh) - began) * PairsPerRanking;
        var spell = new Spell(
            comparisons / Stopwatch.GetElapsedTime(start).TotalSeconds,
            (Environment.CpuUsage.TotalTime - busy).TotalSeconds / comparisons,
            (GC.GetTotalAllocatedBytes() - bytes) / comparisons);
        await stop.CancelAsync();
        await Task.WhenAll(askers);
        return spell;
    }

    private static async Task AskUntilAsync(BenchCluster cluster, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await cluster.Blender.RankAsync(BenchCluster.Fresh(Interlocked.Increment(ref fresh)), CancellationToken.None);
        }
    }

    // Comparisons a second, and processor seconds and bytes of each.
    private readonly record struct Spell(double Rate, double Processor, double Bytes);

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
