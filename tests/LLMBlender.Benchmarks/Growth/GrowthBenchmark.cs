using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LLMBlender.Benchmarks.Cluster;
using LLMBlender.Benchmarks.Gateway;
using LLMBlender.Inference.Tokenization;
using LLMBlender.TestKit;

namespace LLMBlender.Benchmarks.Growth;

/// <summary>
/// How cost grows with candidates, tokens, requests at the same time and processes, as curves on one page: of a build of the program, and beside it of an older one, turn by turn in one run. Both
/// serve in processes of their own and are asked over HTTP, so that only the command line and the API need to be alike.
/// </summary>
internal sealed class GrowthBenchmark
{
    private const int AnswerTokens = 40;
    private const int FewCandidates = 4;
    private const int ServedCandidates = 5;
    private const int PanelCandidates = 11;
    private const int AtOnce = 8;
    private const double FakeSpeed = 300;

    private readonly GrowthOptions options;
    private readonly TemporaryFolder scratch;
    private readonly MeasuredBuild[] builds;
    private readonly Questions questions;
    private readonly string model;
    private readonly object settings;

    private GrowthBenchmark(GrowthOptions options, TemporaryFolder scratch)
    {
        (this.options, this.scratch) = (options, scratch);
        var program = options.New ?? Repository.File("src", "LLMBlender.Cli", "bin", "Release", "net10.0", "llmblender.dll");
        builds = [MeasuredBuild.Of("new", program, options.NewName), .. options.Old is { } old ? new[] { MeasuredBuild.Of("old", old, options.OldName) } : []];
        model = options.Model ?? MiniRanker.Folder;
        questions = new Questions(Tokenizer.Load(model));
        settings = new { Rankers = new[] { model }, Discover = false };
    }

    /// <summary>Measures, and writes the page and the figures beside it.</summary>
    /// <param name="options">What to measure.</param>
    /// <param name="scratch">Receives configurations.</param>
    public static async Task RunAsync(GrowthOptions options, TemporaryFolder scratch)
    {
        var (start, load) = (Stopwatch.GetTimestamp(), Conditions.Load);
        var benchmark = new GrowthBenchmark(options, scratch);
        List<GrowthSection> sections = [.. await benchmark.ServedAsync(), .. await benchmark.ProcessesAsync()];
        var conditions = Conditions.Of(benchmark.builds, benchmark.model, options, load);
        Directory.CreateDirectory(Path.GetDirectoryName(options.Page)!);
        await File.WriteAllTextAsync(options.Page, GrowthPage.Html(conditions, sections));
        await File.WriteAllTextAsync(Path.ChangeExtension(options.Page, ".json"), GrowthPage.Json(conditions, sections));
        Console.WriteLine($"{options.Page} after {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s");
    }

    // One process of each build that does everything.
    private async Task<List<GrowthSection>> ServedAsync()
    {
        var servers = new List<ServedGateway>();
        try
        {
            foreach (var build in builds)
            {
                servers.Add(await ServedGateway.StartAsync(scratch, settings, build.Program));
            }

            Subject[] subjects = [.. servers.Select(static server => new Subject(server.Http, () => server.Busy))];
            return
            [
                await CostAsync(
                    "Candidates, every pair compared", $"A ranking of N answers of {AnswerTokens} tokens compares all N·(N − 1) ordered pairs: the cost of this aggregation grows with the square.",
                    "candidates", subjects, options.EveryPair, count => (count * (count - 1), count, AnswerTokens, "max-logits")),
                await CostAsync(
                    "Candidates, adaptive", $"The same answers, of which only as many pairs are compared as the choice needs (“adaptive”).",
                    "candidates", subjects, options.Adaptive, count => (4 * count, count, AnswerTokens, "adaptive")),
                await CostAsync(
                    "Tokens of an answer", $"A ranking of {FewCandidates} answers, {FewCandidates * (FewCandidates - 1)} comparisons, by the length of each answer.",
                    "tokens of an answer", subjects, options.Tokens, tokens => (FewCandidates * (FewCandidates - 1) * Math.Max(1, tokens / AnswerTokens), FewCandidates, tokens, "max-logits")),
                await RequestsAsync(subjects),
            ];
        }
        finally
        {
            servers.ForEach(static server => server.Dispose());
        }
    }

    // Milliseconds of a ranking asked alone, by the clock and of processors.
    private async Task<GrowthSection> CostAsync(
        string title, string text, string across, Subject[] subjects, int[] places, Func<int, (int Comparisons, int Candidates, int Tokens, string Aggregation)> work)
    {
        var found = new List<(int Place, Spent[][] Spent)>();
        foreach (var place in places)
        {
            var (comparisons, candidates, tokens, aggregation) = work(place);
            var rankings = Math.Max(1, options.Comparisons / comparisons);
            found.Add((place, await Turns.MeasureAsync(subjects, options.Rounds, () => questions.Make(rankings, candidates, tokens, aggregation), static (subject, records) => AskAsync(subject, records, 1))));
            Tell(title, place);
        }

        return new(title, text,
        [
            Chart("time of a ranking", "ms", across, found, static one => one.Milliseconds),
            Chart("processor time of a ranking", "ms", across, found, static one => one.ProcessorMilliseconds),
        ]);
    }

    private async Task<GrowthSection> RequestsAsync(Subject[] subjects)
    {
        var found = new List<(int Place, Spent[][] Spent)>();
        foreach (var clients in options.Requests)
        {
            var rankings = Math.Max(options.ClusterRankings, 2 * clients);
            found.Add((clients, await Turns.MeasureAsync(subjects, options.Rounds, () => questions.Make(rankings, ServedCandidates, AnswerTokens, "max-logits"), (subject, records) => AskAsync(subject, records, clients))));
            Tell("Requests at the same time", clients);
        }

        return new(
            "Requests at the same time",
            $"Clients that each ask for the next ranking of {ServedCandidates} answers ({ServedCandidates * (ServedCandidates - 1)} comparisons) as soon as they have the last. One process serves them.",
            [
                Chart("throughput", "rankings/s", "requests at the same time", found, static one => one.Rate),
                Chart("processor time of a ranking", "ms", "requests at the same time", found, static one => one.ProcessorMilliseconds),
            ]);
    }

    private async Task<List<GrowthSection>> ProcessesAsync()
    {
        if (!LocalRedis.IsInstalled)
        {
            return [new("Processes that compare", "Not measured: redis-server is not installed.", [])];
        }

        var found = new List<(int Place, Spent[][] Spent)>();
        foreach (var count in options.Silos)
        {
            found.Add((count, await ClusterAsync(count)));
            Tell("Processes that compare", count);
        }

        return
        [
            new(
                "Processes that compare",
                $"A cluster over Redis: one process serves and coordinates, the others compare, each bound to one core in turn. {AtOnce} requests at the same time, {PanelCandidates} answers each "
                    + $"({PanelCandidates * (PanelCandidates - 1)} comparisons). Rankings a second can grow only until the cores are busy; the processor time of all processes together shows what distribution costs.",
                [
                    Chart("throughput", "rankings/s", "processes that compare", found, static one => one.Rate),
                    Chart("processor time of a ranking, all processes", "ms", "processes that compare", found, static one => one.ProcessorMilliseconds),
                ]),
            await FakesAsync(),
        ];
    }

    // Each build has a Redis of its own: none finds what the other has compared.
    private async Task<Spent[][]> ClusterAsync(int count)
    {
        var (clusters, redis) = (new List<ServedCluster>(), new List<LocalRedis>());
        try
        {
            foreach (var build in builds)
            {
                redis.Add(new LocalRedis());
                await redis[^1].WhenAnsweringAsync();
                clusters.Add(await ServedCluster.StartAsync(scratch, settings, build.Program, redis[^1].Address, count));
            }

            Subject[] subjects = [.. clusters.Select(static cluster => new Subject(cluster.Http, () => cluster.Busy))];
            return await Turns.MeasureAsync(
                subjects, options.Rounds, () => questions.Make(options.ClusterRankings, PanelCandidates, AnswerTokens, "max-logits"), static (subject, records) => AskAsync(subject, records, AtOnce));
        }
        finally
        {
            clusters.ForEach(static cluster => cluster.Dispose());
            redis.ForEach(static one => one.Dispose());
        }
    }

    private async Task<GrowthSection> FakesAsync()
    {
        using var redis = new LocalRedis();
        await redis.WhenAnsweringAsync();
        var rates = new List<CurveChart.Point>();
        foreach (var processes in options.FakeSilos)
        {
            rates.Add(new(processes, await ProcessesBenchmark.RateAsync(redis.Address, processes, FakeSpeed, options.FakeSeconds)));
            Tell("Processes with accelerators of a fixed speed", processes);
        }

        return new(
            "Processes with accelerators of a fixed speed",
            $"What the coordination alone allows where cores are no limit: each process has a fake accelerator, which sleeps as long as a device of {FakeSpeed:0} comparisons a second would compute. "
                + "Measured of this checkout alone, with the grains in the measuring program, once a number of processes.",
            [
                new("throughput", "comparisons/s", "processes that compare",
                [
                    new(builds[0].Name, rates),
                    new("as many times one process", [.. rates.Select(point => new CurveChart.Point(point.X, rates[0].Y * point.X / rates[0].X))]),
                ], IsOfBuilds: false),
            ]);
    }

    private static async Task<Spent> AskAsync(Subject subject, JsonObject[] records, int clients)
    {
        var (next, busy, start) = (-1, subject.Busy(), Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            for (var i = Interlocked.Increment(ref next); i < records.Length; i = Interlocked.Increment(ref next))
            {
                using var response = await subject.Http.PostAsJsonAsync("/v1/rank", records[i]);
                var text = await response.Content.ReadAsStringAsync();
                _ = response.IsSuccessStatusCode ? 0 : throw new InvalidOperationException($"{subject.Http.BaseAddress}v1/rank answered {(int)response.StatusCode}: {text}");
            }
        }));
        return new(Stopwatch.GetElapsedTime(start).TotalSeconds, subject.Busy() - busy, records.Length);
    }

    private GrowthChart Chart(string title, string unit, string across, List<(int Place, Spent[][] Spent)> found, Func<Spent, double> value) => new(
        title, unit, across, [.. builds.Select((build, i) => new CurveChart.Series(build.Name, [.. found.Select(one => Turns.Point(one.Place, one.Spent[i].Select(value)))]))], IsOfBuilds: builds.Length == 2);

    private static void Tell(string title, int place) => Console.WriteLine($"measured: {title}, {place}");

    /// <summary>Something that serves.</summary>
    /// <param name="Http">For those who ask it.</param>
    /// <param name="Busy">Seconds that it has kept processors busy.</param>
    private sealed record Subject(HttpClient Http, Func<double> Busy);
}
