using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Local.Comparing;
using LLMBlender.Silo.Comparing;

namespace LLMBlender.Benchmarks.Cluster;

/// <summary>What the grains cost, in ratios of one run: beside no work at all, beside the bare ranker, and from 1 to 8 silos.</summary>
internal static class ClusterBenchmark
{
    private const int PairsPerRanking = 110;
    private const double Speed = 2000;
    private static readonly TimeSpan Spell = TimeSpan.FromSeconds(5);

    private static int fresh;

    /// <summary>Runs all of it.</summary>
    public static async Task RunAsync(string model)
    {
        await OverheadAsync();
        await RankerAsync(model);
        await ScalingAsync();
    }

    /// <summary>A steady load for so many seconds: what lives in memory, every tenth of it.</summary>
    public static async Task MemoryAsync(double seconds)
    {
        await using var cluster = await BenchCluster.StartAsync(2, () => TimedComparer.Load(4000));
        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AskUntilAsync(cluster, stop.Token)));
        for (var tenth = 1; tenth <= 10; tenth++)
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds / 10));
            var alive = GC.GetTotalMemory(forceFullCollection: true);
            Console.WriteLine($"after {tenth * seconds / 10,6:0} s  alive {alive / 1e6,8:0.0} MB  working set {Environment.WorkingSet / 1e6,8:0.0} MB  rankings {fresh}");
        }

        await stop.CancelAsync();
        await load;
    }

    /// <summary>A comparer that costs nothing, so that what remains is the grains' work.</summary>
    public static async Task OverheadAsync()
    {
        await OverheadAsync(0, "one silo");
        await OverheadAsync(1, "two silos");
    }

    private static async Task OverheadAsync(int workers, string where)
    {
        await using var cluster = await BenchCluster.StartAsync(workers, () => TimedComparer.Load(null));
        await RateAsync(cluster, concurrency: 32, TimeSpan.FromSeconds(2));
        var (rate, cores) = await RateAsync(cluster, concurrency: 32, Spell);
        Timing.Report($"comparer that costs nothing, {where}: comparisons", rate, "/s");
        Timing.Report($"  for each core in use ({cores:0.00} of {Environment.ProcessorCount})", rate / cores, "/s");
        var latencies = await LatenciesAsync(cluster, 2000);
        Timing.Report("  one 110-pair ranking at a time: median", latencies[latencies.Length / 2], "ms");
        Timing.Report("  99th percentile", latencies[(int)(latencies.Length * 0.99)], "ms");
    }

    /// <summary>The bare ranker beside the grains.</summary>
    public static async Task RankerAsync(string folder)
    {
        var options = new PairRankerOptions();
        using var model = PairRankerModel.Load(folder, options);
        var requests = Enumerable.Range(0, 6).Select(i => BenchCluster.Words(i)).ToArray();
        await using var cluster = await BenchCluster.StartAsync(0, () => LoadedRanker.Create("mini", ModelRankers.Load(folder, options), options.Accelerator));
        var round = 0;

        // The same work twice: each round's sources are new to the cache.
        var times = Timing.Medians(
            7,
            () => Bare(model, requests, round),
            () => ThroughGrainsAsync(cluster, requests, round++).GetAwaiter().GetResult());
        var comparisons = requests.Length * PairsPerRanking;
        Timing.Report("pairranker-mini, bare: comparisons", comparisons / times[0], "/s");
        Timing.Report("  through the grains", comparisons / times[1], "/s");
        Timing.Report("  ratio, grains to bare (at least 0.95)", times[0] / times[1], "");
    }

    private static void Bare(PairRankerModel model, RankingRequest[] requests, int round)
    {
        var comparisons = new List<Comparison>();
        foreach (var request in requests)
        {
            var record = model.Encode($"{round} {request.Instruction}", [.. request.Candidates.Select(candidate => candidate.Text)]);
            for (var first = 0; first < request.Candidates.Length; first++)
            {
                for (var second = 0; second < request.Candidates.Length; second++)
                {
                    if (first != second)
                    {
                        comparisons.Add(new Comparison(record, first, second));
                    }
                }
            }
        }

        model.Compare(comparisons.ToArray(), new float[comparisons.Count]);
    }

    private static Task<RankingResponse[]> ThroughGrainsAsync(BenchCluster cluster, RankingRequest[] requests, int round) => Task.WhenAll(
        requests.Select(request => cluster.Blender.RankAsync(request with { Instruction = $"{round} {request.Instruction}" })));

    // Comparisons a second by the number of silos, each with an accelerator of the same speed.
    private static async Task<(int Silos, double Rate)[]> RatesAsync(double spell)
    {
        var rates = new List<(int, double)>();
        foreach (var workers in new[] { 1, 2, 4, 8 })
        {
            await using var cluster = await BenchCluster.StartAsync(workers, () => TimedComparer.Load(Speed));
            await RateAsync(cluster, concurrency: 8 * workers, TimeSpan.FromSeconds(2));
            rates.Add((workers, (await RateAsync(cluster, concurrency: 8 * workers, TimeSpan.FromSeconds(spell))).Rate));
        }

        return [.. rates];
    }

    private static async Task ScalingAsync()
    {
        var single = 0.0;
        foreach (var (workers, rate) in await RatesAsync(Spell.TotalSeconds))
        {
            single = workers == 1 ? rate : single;
            Timing.Report($"accelerators of {Speed:0} comparisons/s on {workers} silos", rate, "/s");
            Timing.Report("  efficiency beside one (at least 0.95)", rate / (single * workers), "");
        }
    }

    private static async Task<(double Rate, double Cores)> RateAsync(BenchCluster cluster, int concurrency, TimeSpan time)
    {
        using var stop = new CancellationTokenSource();
        var process = Process.GetCurrentProcess();
        var (began, used, start) = (fresh, process.TotalProcessorTime, Stopwatch.GetTimestamp());
        var askers = Enumerable.Range(0, concurrency).Select(_ => AskUntilAsync(cluster, stop.Token)).ToArray();
        await Task.Delay(time);
        var elapsed = Stopwatch.GetElapsedTime(start);
        process.Refresh();
        var cores = (process.TotalProcessorTime - used) / elapsed;
        var done = fresh - began - concurrency;
        await stop.CancelAsync();
        await Task.WhenAll(askers);
        return (done * PairsPerRanking / elapsed.TotalSeconds, cores);
    }

    private static async Task AskUntilAsync(BenchCluster cluster, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await cluster.Blender.RankAsync(BenchCluster.Fresh(Interlocked.Increment(ref fresh)), CancellationToken.None);
        }
    }

    private static async Task<double[]> LatenciesAsync(BenchCluster cluster, int count)
    {
        var latencies = new double[count];
        for (var i = 0; i < count; i++)
        {
            var request = BenchCluster.Fresh(Interlocked.Increment(ref fresh));
            var start = Stopwatch.GetTimestamp();
            await cluster.Blender.RankAsync(request);
            latencies[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(latencies);
        return latencies;
    }
}
