using System.Globalization;
using System.Text;

namespace LLMBlender.LocalCluster;

/// <summary>What a run has shown.</summary>
internal sealed class Report
{
    private readonly StringBuilder text = new();

    /// <summary>Whether everything was as it must be.</summary>
    public bool IsGood { get; private set; } = true;

    /// <summary>Writes it.</summary>
    public static async Task<Report> OfAsync(Cluster cluster, Load load, IReadOnlyList<(string Client, Tally Tally)> tallies, IReadOnlyList<Join> joins, TimeSpan time, IEnumerable<string> story)
    {
        var report = new Report();
        report.Say($"# A cluster on one machine, {time.TotalMinutes:0.#} minutes under load");
        report.Say($"{Environment.ProcessorCount} processors; 2 gateways behind one address that passes connections, 2 silos that blend and fuse, 3 that compare, one Redis, Prometheus over all.\n");
        var tally = Tally.Of(tallies.Select(static one => one.Tally));
        report.Speed(load, tallies, tally, time);
        report.Say("\n## What happened meanwhile");
        foreach (var line in story)
        {
            report.Say($"- {line}");
        }

        report.Joins(joins);
        await report.CountsAsync(cluster, tally, time);
        report.Memory(cluster);
        var fired = await cluster.Watch.FiredAsync(time);
        report.Say($"\nAlerts that fired: {(fired.Length == 0 ? "none" : string.Join(", ", fired))}.");
        report.Say($"\n{(report.IsGood ? "All is as it must be." : "NOT all is as it must be.")}");
        return report;
    }

    public override string ToString() => text.ToString();

    private void Speed(Load load, IReadOnlyList<(string Client, Tally Tally)> tallies, Tally tally, TimeSpan time)
    {
        var latencies = load.Latencies.Order().ToArray();
        Say("## Throughput");
        Say($"{tally.Requests} requests answered, {tally.Requests / time.TotalSeconds:0.0} /s; {tally.Comparisons / time.TotalSeconds:0} comparisons /s, cached ones counted.");
        Say("Latency of HttpClient: " + string.Join(", ", new[] { 0.5, 0.9, 0.99, 0.999, 1 }.Select(share => string.Create(
            CultureInfo.InvariantCulture, $"{share * 100:0.#} % {At(latencies, share) * 1000:0} ms"))) + ".");
        Say("| clients, with connections that they keep open | answered | failed |");
        Say("|---|---:|---:|");
        foreach (var (client, own) in tallies)
        {
            Say($"| {client} | {own.Requests} | {own.Failures.Count} |");
            IsGood &= own.Failures.Count == 0 && own.Requests > 0;
        }

        foreach (var failure in tally.Failures.Take(5))
        {
            Say($"- {failure}");
        }
    }

    private void Joins(IReadOnlyList<Join> joins)
    {
        Say("\n## Processes that joined under load, in their first ten seconds");
        Say("| role | first work after | its work | of all of the role |");
        Say("|---|---:|---:|---:|");
        foreach (var join in joins)
        {
            Say($"| {join.Role} | {(join.First is { } first ? string.Create(CultureInfo.InvariantCulture, $"{first:0.0} s") : "never")} | {join.Done:0} | {join.OfAll:0} |");
            IsGood &= join.First is not null;
        }
    }

    // A process that is told to end finishes what it has, and then sends its counts: they are whole. Prometheus scrapes a gateway
    // that leaves until it has ended, seconds after its last request; of the other processes' last moments it knows nothing.
    private async Task CountsAsync(Cluster cluster, Tally tally, TimeSpan time)
    {
        Say("\n## Counts: the clients' own, and the metrics of all processes, those of ended ones too");
        Say("| | clients | the processes | Prometheus |");
        Say("|---|---:|---:|---:|");
        foreach (var (path, count) in tally.Answered.OrderBy(entry => entry.Key))
        {
            const string Name = "http_server_request_duration_seconds_count";
            string[] labels = [$"http_route=\"{path}\"", "http_response_status_code=\"200\""];
            var counted = Sum(cluster, Name, labels);
            var seen = await cluster.Watch.AskAsync(Over(Name, string.Join(',', labels), time));
            Row($"`{path}` answered with 200", count, counted, seen);
            Say($"| traces of `{path}` | {count} | {cluster.TracesOf(path)} | |");
            IsGood &= count == cluster.TracesOf(path);
        }

        var errors = Sum(cluster, "http_server_request_duration_seconds_count", "http_response_status_code=\"5");
        Row("answered with 5xx", 0, errors, await cluster.Watch.AskAsync(Over("http_server_request_duration_seconds_count", "http_response_status_code=~\"5..\",http_route=~\"/v1/.*\"", time)));
        var balance = new Balance(
            new Work(tally.Answered.GetValueOrDefault("/v1/rank"), tally.Answered.GetValueOrDefault("/v1/compare"), tally.Comparisons),
            new Work(
                Sum(cluster, "llmblender_ranking_duration_seconds_count"),
                Sum(cluster, "llmblender_compare_duration_seconds_count"),
                Sum(cluster, "llmblender_comparisons_total") - Sum(cluster, "llmblender_comparisons_total", "result=\"failed\"")),
            Load.ComparisonsOfARanking,
            Load.ComparisonsOfAPair);
        Say($"| comparisons | {balance.Asked.Comparisons:0} | {balance.ComparisonsOnce:0} | {await cluster.Watch.AskAsync(Over("llmblender_comparisons_total", "result!=\"failed\"", time)):0} |");
        Say($"| and of {balance.RankingsAgain:0} rankings and {balance.PairsAgain:0} pairs that were done twice | | {balance.ComparisonsAgain:0} | |");
        IsGood &= balance.IsEven;
        foreach (var result in new[] { "computed", "memory", "redis", "joined", "failed" })
        {
            Say($"| of all these {result} | | {Sum(cluster, "llmblender_comparisons_total", $"result=\"{result}\""):0} | |");
        }
    }

    private static string Over(string name, string labels, TimeSpan time) => $"sum(last_over_time({name}{{{labels}}}[{Math.Ceiling(time.TotalSeconds) + 600}s]))";

    private static double Sum(Cluster cluster, string name, params string[] labels) => cluster.All.Sum(server => server.Samples.Sum(name, labels));

    private void Row(string what, double clients, double processes, double prometheus)
    {
        Say($"| {what} | {clients:0} | {processes:0} | {prometheus:0} |");
        IsGood &= clients == processes && clients == prometheus;
    }

    private void Memory(Cluster cluster)
    {
        Say("\n## Memory, the most of each process");
        foreach (var server in cluster.All.OrderBy(server => server.Role))
        {
            server.Child.Weigh();
            Say($"- {server.Child.Name}: {server.Child.PeakMemory:0} MB{(server.Child.HasExited ? ", ended" : "")}");
        }
    }

    private static double At(double[] ordered, double share) =>
        ordered.Length == 0 ? 0 : ordered[Math.Min(ordered.Length - 1, (int)Math.Ceiling(share * ordered.Length) - 1)];

    private void Say(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));

    private void Say(string line) => text.AppendLine(line);
}
