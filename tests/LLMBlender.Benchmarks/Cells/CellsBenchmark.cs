using System.Diagnostics;
using System.Globalization;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Benchmarks.Cells;

/// <summary>Sizes of an installation of many cells, by simulation: deploy/SIZING.md has its figures.</summary>
internal static class CellsBenchmark
{
    private const int Candidates = 11;
    private const int SampledRankings = 400;
    private const double Noise = 0.35;

    /// <summary>Simulates.</summary>
    /// <param name="cells">How many cells there are.</param>
    /// <param name="blends">Blends a second of all cells.</param>
    /// <param name="speed">Comparisons a second of an accelerator.</param>
    public static async Task RunAsync(int cells, double blends, double speed)
    {
        var rates = await RedisRates.MeasureAsync();
        Console.WriteLine(rates is null
            ? "Redis was not measured: redis-server is not on the PATH; the settings' own figures are used"
            : FormattableString.Invariant($"Redis, measured: {rates.Read * 1e6:0.00} us of its processor time for an entry read, {rates.Write * 1e6:0.00} us for one written, {rates.Bytes:0} bytes an entry"));
        var settings = new CellSettings { Arrivals = blends / cells, Rankings = Rankings(), Speed = speed };
        settings = rates is null ? settings : settings with { RedisRead = rates.Read, RedisWrite = rates.Write };
        Console.WriteLine(FormattableString.Invariant(
            $"{cells} cells, {blends:0} blends of {Candidates} candidates a second, adaptive: {settings.MeanComparisons:0.0} comparisons in {settings.Rankings.Average(static one => one.Length):0.0} rounds and the guard's; {speed:0}/s an accelerator"));
        Console.WriteLine("| a cell's accelerators | of all cells | hits | utilization | rankings: median | 99 % | Redis busy | reads and writes a second | blends in progress | silos busy (of 4) |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var (utilization, hits) in new[] { (0.9, 0.0), (0.8, 0.0), (0.7, 0.0), (0.6, 0.0), (0.7, 0.3) })
        {
            Show(Sized(settings with { Hits = hits }, utilization), cells, cells);
        }

        Console.WriteLine("\nOne cell of ten is lost, and the others take its share, with the accelerators of 70 % and of 60 %:");
        foreach (var utilization in new[] { 0.7, 0.6 })
        {
            Show(Sized(settings, utilization) with { Arrivals = settings.Arrivals / 0.9 }, cells * 9 / 10, cells);
        }
    }

    /// <summary>The comparisons of rounds that <c>adaptive</c> asks for, of simulated rankers as in the benchmark of the engines.</summary>
    public static List<int[]> Rankings()
    {
        var rankings = new List<int[]>();
        foreach (var matrix in EngineBenchmark.Simulated(Candidates, Noise, SampledRankings))
        {
            var engine = RankingEngines.Create("adaptive", Candidates);
            var rounds = new List<int>();
            while (!engine.IsSettled)
            {
                var pairs = engine.NextPairs().ToArray();
                rounds.Add(pairs.Length);
                Array.ForEach(pairs, pair => engine.Record(pair, matrix[pair.First, pair.Second]));
            }

            rankings.Add([.. rounds]);
        }

        return rankings;
    }

    private static CellSettings Sized(CellSettings settings, double utilization) => settings with
    {
        Accelerators = (int)Math.Ceiling(settings.Arrivals * settings.MeanComparisons * (1 - settings.Hits) / (settings.Speed * utilization)),
    };

    private static void Show(CellSettings settings, int simulated, int installed)
    {
        var start = Stopwatch.GetTimestamp();
        var outcomes = new CellOutcome[simulated];
        Parallel.For(0, simulated, seed => outcomes[seed] = Cell.Run(settings, seed));
        var rankings = outcomes.SelectMany(static one => one.Rankings).Order().ToArray();
        var entries = settings.Arrivals * settings.MeanComparisons;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {settings.Accelerators} | {settings.Accelerators * installed} | {settings.Hits * 100:0} % | {outcomes.Average(static one => one.Accelerators) * 100:0} % | {At(0.5):0} ms | {At(0.99):0} ms | {outcomes.Average(static one => one.Redis) * 100:0.0} % | {entries:0} and {entries * (1 - settings.Hits):0} | {outcomes.Average(static one => one.InProgress):0} | {outcomes.Average(static one => one.Silos) * 100:0.0} % |"));
        Console.Error.WriteLine(FormattableString.Invariant($"simulated {outcomes.Sum(static one => one.Blends) * settings.Time.While:0} blends in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s"));

        double At(double share) => rankings.Length == 0 ? 0 : 1000 * rankings[Math.Min(rankings.Length - 1, (int)(share * rankings.Length))];
    }
}
