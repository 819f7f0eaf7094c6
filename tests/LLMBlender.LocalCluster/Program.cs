using System.Diagnostics;
using LLMBlender.LocalCluster;

Arguments arguments;
try
{
    arguments = Arguments.Read(args);
}
catch (ArgumentException e)
{
    Console.Error.WriteLine($"LocalCluster: {e.Message}");
    return 2;
}

var folder = Directory.CreateTempSubdirectory("llmblender-cluster-");
try
{
    await using var cluster = await Cluster.StartAsync(arguments.Program, folder.FullName, Rules());
    Tell($"serving at http://127.0.0.1:{cluster.Port}");
    var start = Stopwatch.StartNew();
    using var load = new Load(cluster.Port, arguments.Clients);
    var foreign = ForeignLoad.StartAll(cluster.Port, Math.Max(1, arguments.Clients / 4));
    var story = new List<string>(ForeignLoad.Missing.Select(static name => $"no clients of {name}, which is not on the PATH"));
    var joins = new List<Join>();

    // A quarter of the time as it is, then every process is replaced, then each role is scaled up and down.
    await Task.Delay(arguments.Time * 0.25);
    foreach (var server in cluster.Servers.ToArray())
    {
        await StepAsync($"{server.Child.Name} replaced by a new process", () => cluster.ReplaceAsync(server));
    }

    await Task.Delay(Left(0.6));
    foreach (var role in cluster.Servers.Select(static server => server.Role).Distinct().ToArray())
    {
        await StepAsync($"{role} scaled up", async () => joins.Add(await Join.OfAsync(cluster, role)));
        await StepAsync($"{role} scaled down", () => cluster.RemoveAsync(cluster.Servers.Last(server => server.Role == role)));
    }

    await Task.Delay(Left(1));
    var time = start.Elapsed;
    await load.EndAsync();
    var tallies = new List<(string, Tally)> { (".NET's HttpClient", load.Tally) };
    foreach (var one in foreign)
    {
        tallies.Add((one.Name, await one.EndAsync()));
        await one.DisposeAsync();
    }

    foreach (var server in cluster.Servers)
    {
        await server.ScrapeAsync();
        await cluster.Watch.WhenSeenAsync(server);
    }

    await cluster.WhenTracedAsync(Tally.Of(tallies.Select(static one => one.Item2)));
    var report = await Report.OfAsync(cluster, load, tallies, joins, time, story);
    Console.WriteLine(report);
    if (arguments.Report is { } file)
    {
        await File.WriteAllTextAsync(file, report.ToString());
    }

    return report.IsGood ? 0 : 1;

    TimeSpan Left(double share) => arguments.Time * share > start.Elapsed ? (arguments.Time * share) - start.Elapsed : TimeSpan.Zero;

    async Task StepAsync(string what, Func<Task> step)
    {
        var (from, before) = (start.Elapsed, load.Latencies.Length);
        await step();
        story.Add(FormattableString.Invariant(
            $"{from.TotalSeconds:0} s: {what}, in {(start.Elapsed - from).TotalSeconds:0.0} s; meanwhile {load.Latencies.Length - before} requests answered, {load.Tally.Failures.Count} failed so far"));
        Tell(story[^1]);
    }
}
finally
{
    folder.Delete(recursive: true);
}

static void Tell(string line) => Console.Error.WriteLine(line);

// The chart's own alerts, from the checkout that this was built in.
static string Rules()
{
    for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
    {
        if (File.Exists(Path.Combine(at.FullName, "LLMBlender.sln")))
        {
            return Path.Combine(at.FullName, "helm", "llmblender", "files", "alerts.yaml");
        }
    }

    throw new DirectoryNotFoundException($"no LLMBlender.sln above {AppContext.BaseDirectory}");
}
