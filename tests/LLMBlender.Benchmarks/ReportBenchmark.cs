using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Benchmarks.Cluster;
using LLMBlender.Benchmarks.Gateway;
using LLMBlender.TestKit;

namespace LLMBlender.Benchmarks;

/// <summary>
/// How cost grows with candidates, tokens, requests at the same time and silos, as curves on one page: of the Release build of this checkout, and beside it of an older one, turn by turn in one run. The
/// silos are in this process, with accelerators of a fixed speed, and so of this checkout alone.
/// </summary>
internal static class ReportBenchmark
{
    private const int Rounds = 2;
    private const int Records = 10;
    private const int RequestsEach = 6;

    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly int[] Candidates = [2, 5, 11, 16];
    private static readonly int[] Words = [32, 96, 256];
    private static readonly int[] Clients = [1, 4, 16];

    /// <param name="html">The page to write; the figures are written beside it as JSON.</param>
    /// <param name="old">An older build's llmblender.dll; null for none.</param>
    /// <param name="model">The ranker.</param>
    /// <param name="scratch">Receives records and configurations.</param>
    public static async Task RunAsync(string html, string? old, string model, TemporaryFolder scratch)
    {
        var own = Repository.File("src", "LLMBlender.Cli", "bin", "Release", "net10.0", "llmblender.dll");
        (string Name, string Program)[] builds = [(VersionOf(own) + " (this)", own), .. old is null ? [] : new[] { (VersionOf(old) + " (old)", Path.GetFullPath(old)) }];
        Chart[] charts =
        [
            Measure("ms a ranking, every pair", "candidates", builds, Candidates, count => Ranking(scratch, model, count, 40, "max-logits")),
            Measure("ms a ranking, adaptive", "candidates", builds, Candidates, count => Ranking(scratch, model, count, 40, "adaptive")),
            Measure("ms a ranking of two", "words of an answer", builds, Words, words => Ranking(scratch, model, 2, words, "max-logits")),
            await RequestsAsync(builds, model, scratch),
            new("comparisons a second, accelerators of 2,000 a second", "silos", [new(builds[0].Name, [.. (await ClusterBenchmark.RatesAsync(3)).Select(static one => new CurveChart.Point(one.Silos, one.Rate))])]),
        ];
        var machine = Machine();
        await File.WriteAllTextAsync(html, Page(machine, charts));
        await File.WriteAllTextAsync(Path.ChangeExtension(html, ".json"), Json(machine, charts));
        Print(machine, charts);
    }

    // A process's time on many records less that on one, by the number of records between: start and loading cancel out.
    private static Chart Measure(string title, string across, (string Name, string Program)[] builds, int[] places, Func<int, Func<string, bool, Action>> prepare)
    {
        var points = Array.ConvertAll(builds, static _ => new List<CurveChart.Point>());
        foreach (var place in places)
        {
            var run = prepare(place);
            var times = Timing.Best(Rounds, [.. builds.SelectMany(build => new[] { run(build.Program, true), run(build.Program, false) })]);
            for (var i = 0; i < builds.Length; i++)
            {
                points[i].Add(new(place, Math.Max(0, times[2 * i] - times[(2 * i) + 1]) / (Records - 1) * 1000));
            }
        }

        return new(title, across, [.. builds.Zip(points, static (build, line) => new CurveChart.Series(build.Name, line))]);
    }

    private static Func<string, bool, Action> Ranking(TemporaryFolder scratch, string model, int candidates, int words, string aggregation)
    {
        var many = Write(scratch, $"{aggregation}-{candidates}-{words}.jsonl", Records, candidates, words);
        var one = Write(scratch, $"{aggregation}-{candidates}-{words}-one.jsonl", 1, candidates, words);
        return (program, isMany) => () => Start(program, "rank", "--from", isMany ? many : one, "--ranker", model, "--aggregate", aggregation);
    }

    private static async Task<Chart> RequestsAsync((string Name, string Program)[] builds, string model, TemporaryFolder scratch)
    {
        var settings = new { Rankers = new[] { model }, Gateway = new { AllowAnonymous = true } };
        var gateways = new List<ServedGateway>();
        var points = Array.ConvertAll(builds, static _ => new List<CurveChart.Point>());
        try
        {
            foreach (var (_, program) in builds)
            {
                gateways.Add(await ServedGateway.StartAsync(scratch, settings, program));
            }

            var fresh = 0;
            foreach (var clients in Clients)
            {
                var times = Timing.Best(Rounds, [.. gateways.Select(gateway => (Action)(() => AskAsync(gateway.Http, clients, () => Interlocked.Increment(ref fresh)).GetAwaiter().GetResult()))]);
                for (var i = 0; i < builds.Length; i++)
                {
                    points[i].Add(new(clients, clients * RequestsEach / times[i]));
                }
            }
        }
        finally
        {
            gateways.ForEach(static gateway => gateway.Dispose());
        }

        return new("rankings of five a second, served", "requests at the same time", [.. builds.Zip(points, static (build, line) => new CurveChart.Series(build.Name, line))]);
    }

    // Each request has a source of its own, so that nothing is in the cache.
    private static Task AskAsync(HttpClient http, int clients, Func<int> fresh) => Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
    {
        for (var i = 0; i < RequestsEach; i++)
        {
            using var response = await http.PostAsJsonAsync("/v1/rank", Record(fresh(), 5, 40));
            response.EnsureSuccessStatusCode();
        }
    }));

    private static string Write(TemporaryFolder scratch, string name, int records, int candidates, int words) => scratch.Write(
        name, string.Concat(Enumerable.Range(0, records).Select(id => Record(id, candidates, words).ToJsonString() + "\n")));

    private static JsonObject Record(int id, int candidates, int words)
    {
        var random = new Random(id);
        string Text(int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => "abcdefghij"[random.Next(10)] + "nswer"));
        return new()
        {
            ["id"] = id,
            ["instruction"] = $"Question {id}: {Text(12)}?",
            ["candidates"] = new JsonArray([.. Enumerable.Range(0, candidates).Select(_ => (JsonNode)new JsonObject { ["text"] = Text(words) })]),
        };
    }

    private static string VersionOf(string program) => Output(program, "--version").Trim();

    private static void Start(string program, params string[] arguments) => Output(program, arguments);

    private static string Output(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {error.Result}");
    }

    private static string Machine()
    {
        var processor = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : null;
        var load = File.Exists("/proc/loadavg") ? $", load {File.ReadAllText("/proc/loadavg").Split(' ')[0]} at the end" : "";
        return $"{processor ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}{load}, {DateTime.UtcNow:yyyy-MM-dd}";
    }

    private static string Page(string machine, Chart[] charts)
    {
        var page = new StringBuilder(CurveChart.Head("How LLMBlender's cost grows"))
            .Append(CultureInfo.InvariantCulture, $"<p>{System.Net.WebUtility.HtmlEncode(machine)}. Least of {Rounds} rounds, turn by turn: only ratios of one run count.</p>\n<div>\n");
        foreach (var chart in charts)
        {
            page.Append(CurveChart.Draw(chart.Title, chart.Across, chart.Series)).Append('\n');
        }

        return page.Append("</div>\n").ToString();
    }

    private static string Json(string machine, Chart[] charts) => JsonSerializer.Serialize(
        new
        {
            machine,
            rounds = Rounds,
            charts = charts.Select(static chart => new
            {
                title = chart.Title,
                across = chart.Across,
                series = chart.Series.Select(static line => new { name = line.Name, points = line.Points.Select(static point => new[] { point.X, Math.Round(point.Y, 3) }) }),
            }),
        },
        Indented) + "\n";

    private static void Print(string machine, Chart[] charts)
    {
        Console.WriteLine(machine);
        foreach (var chart in charts)
        {
            Console.WriteLine($"\n{chart.Title}, by {chart.Across}");
            foreach (var line in chart.Series)
            {
                Console.WriteLine($"  {line.Name,-24}{string.Concat(line.Points.Select(static point => string.Create(CultureInfo.InvariantCulture, $"{point.X,6}: {point.Y,-10:0.0}")))}");
            }
        }
    }

    private sealed record Chart(string Title, string Across, IReadOnlyList<CurveChart.Series> Series);
}
