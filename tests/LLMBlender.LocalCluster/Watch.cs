using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LLMBlender.LocalCluster;

/// <summary>A Prometheus over every process, with the alerts.</summary>
internal sealed class Watch : IAsyncDisposable
{
    private readonly HttpClient http = new();
    private readonly string folder;
    private readonly Child child;

    private Watch(string folder, int port, Child child) =>
        (this.folder, this.child, http.BaseAddress) = (folder, child, new Uri($"http://127.0.0.1:{port}"));

    /// <summary>Starts it.</summary>
    public static Watch Start(string folder, string rules)
    {
        var port = Child.FreePort();
        File.WriteAllText(Path.Combine(folder, "targets.json"), "[]");
        File.WriteAllText(Path.Combine(folder, "prometheus.yml"), $$"""
            global: { scrape_interval: 2s, evaluation_interval: 5s }
            rule_files: ["{{rules}}"]
            scrape_configs:
              - job_name: llmblender
                file_sd_configs: [{ files: ["{{folder}}/targets.json"], refresh_interval: 1s }]
            """);
        return new Watch(folder, port, Child.Start(
            "prometheus", "prometheus", $"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/prometheus", $"--web.listen-address=127.0.0.1:{port}"));
    }

    /// <summary>Scrapes these from now on.</summary>
    public async Task OverAsync(IEnumerable<Server> servers)
    {
        var targets = new JsonArray([.. servers.Select(server => (JsonNode)new JsonObject
        {
            ["targets"] = new JsonArray(server.Address),
            ["labels"] = new JsonObject { ["role"] = server.Role },
        })]);
        var next = Path.Combine(folder, "targets.next");
        await File.WriteAllTextAsync(next, targets.ToJsonString(JsonSerializerOptions.Default));
        File.Move(next, Path.Combine(folder, "targets.json"), overwrite: true);
    }

    /// <summary>A query's value; 0 for no series.</summary>
    public async Task<double> AskAsync(string query)
    {
        var result = (await QueryAsync(query)).FirstOrDefault();
        return result is null ? 0 : double.Parse((string)result["value"]![1]!, CultureInfo.InvariantCulture);
    }

    /// <summary>Alerts that have fired since it started.</summary>
    public async Task<string[]> FiredAsync(TimeSpan since) =>
        [.. (await QueryAsync($"max_over_time(ALERTS{{alertstate=\"firing\"}}[{Math.Ceiling(since.TotalSeconds)}s])")).Select(alert => (string)alert["metric"]!["alertname"]!).Distinct()];

    /// <summary>Waits until it has seen what a process has counted.</summary>
    public async Task WhenSeenAsync(Server server)
    {
        var counted = server.Samples.Sum("http_server_request_duration_seconds_count", "http_request_method=\"POST\"");
        for (var i = 0; i < 600 && await AskAsync($"sum(http_server_request_duration_seconds_count{{instance=\"{server.Address}\",http_request_method=\"POST\"}})") < counted; i++)
        {
            await Task.Delay(100);
        }
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await child.DisposeAsync();
    }

    private async Task<IEnumerable<JsonNode>> QueryAsync(string query)
    {
        var answer = JsonNode.Parse(await http.GetStringAsync(new Uri($"/api/v1/query?query={Uri.EscapeDataString(query)}", UriKind.Relative)))!;
        return answer["data"]!["result"]!.AsArray().OfType<JsonNode>();
    }
}
