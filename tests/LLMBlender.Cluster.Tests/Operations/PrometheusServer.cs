using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests.Operations;

/// <summary>A real Prometheus that scrapes processes and evaluates the alert rules, every second and over seconds.</summary>
internal sealed partial class PrometheusServer : IAsyncDisposable
{
    private const int WindowSeconds = 15;

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient http;
    private readonly Process process;

    /// <param name="targets">Where the processes serve HTTP.</param>
    public PrometheusServer(IEnumerable<Uri> targets)
    {
        var port = FreePort.Next();
        folder.Write("alerts.yaml", Quick(File.ReadAllText(Files.Alerts)));
        folder.Write("prometheus.yml", $"""
            global:
              scrape_interval: 1s
              scrape_timeout: 1s
              evaluation_interval: 1s
            rule_files: [alerts.yaml]
            scrape_configs:
              - job_name: llmblender
                static_configs:
                  - targets: [{string.Join(", ", targets.Select(target => $"'{target.Authority}'"))}]
            """);
        string[] args =
        [
            $"--config.file={folder.File("prometheus.yml")}", $"--storage.tsdb.path={folder.File("data")}", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
        ];
        process = Process.Start(new ProcessStartInfo("prometheus", args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    /// <summary>Where it answers.</summary>
    public Uri Url => http.BaseAddress!;

    /// <summary>Waits until it answers queries.</summary>
    public Task WhenAnsweringAsync() => Until.IsSoAsync(() => TryAsync(async () => (await GetAsync("/api/v1/query?query=up")).ValueKind == JsonValueKind.Object, false), "Prometheus answers");

    /// <summary>Waits until all of these alerts have fired, each at some time.</summary>
    public async Task WhenFiredAsync(params string[] alerts)
    {
        var missing = alerts.ToHashSet();
        try
        {
            await Until.IsSoAsync(
                async () =>
                {
                    missing.ExceptWith(await TryAsync(FiringAsync, []));
                    return missing.Count == 0;
                },
                "all alerts fire");
        }
        catch (Xunit.Sdk.XunitException e)
        {
            Assert.Fail($"{string.Join(", ", missing)} did not fire: {e.Message}");
        }
    }

    /// <summary>Waits until every target has been up for a window's worth of samples, and every rule has been evaluated.</summary>
    public async Task WhenWindowsAreFullAsync()
    {
        await Until.IsSoAsync(() => TryAsync(async () => await WellScrapesAsync() > WindowSeconds, false), "every target has been scraped for a window");
        await Until.IsSoAsync(AreEvaluatedAsync, "every rule has been evaluated");
    }

    public async ValueTask DisposeAsync()
    {
        Signals.SendKill(process);
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
        folder.Dispose();
    }

    /// <summary>The alerts that fire at the moment, without the names' common beginning.</summary>
    public async Task<HashSet<string>> FiringAsync()
    {
        var data = await GetAsync("/api/v1/alerts");
        return [.. data.GetProperty("alerts").EnumerateArray()
            .Where(alert => alert.GetProperty("state").GetString() == "firing")
            .Select(alert => alert.GetProperty("labels").GetProperty("alertname").GetString()!["LLMBlender".Length..])];
    }

    // Of the target that fares worst, how often it was up.
    private async Task<double> WellScrapesAsync()
    {
        var data = await GetAsync($"/api/v1/query?query={Uri.EscapeDataString($"min(sum_over_time(up[{Until.Patience.TotalSeconds}s]))")}");
        return data.GetProperty("result").EnumerateArray()
            .Select(sample => double.Parse(sample.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture)).SingleOrDefault();
    }

    private async Task<bool> AreEvaluatedAsync()
    {
        var data = await GetAsync("/api/v1/rules");
        var rules = data.GetProperty("groups").EnumerateArray().SelectMany(group => group.GetProperty("rules").EnumerateArray()).ToArray();
        return rules.Length > 0 && rules.All(rule => rule.GetProperty("health").GetString() == "ok");
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        Assert.False(process.HasExited, "prometheus has ended");
        return (await http.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative))).GetProperty("data");
    }

    // While it starts, it answers nobody, and then for a moment "not ready".
    private static async Task<T> TryAsync<T>(Func<Task<T>> ask, T otherwise)
    {
        try
        {
            return await ask();
        }
        catch (HttpRequestException)
        {
            return otherwise;
        }
    }

    // The same rules over a quarter of a minute instead of many: nobody waits half an hour for a test.
    private static string Quick(string rules) => Waits().Replace(Windows().Replace(rules, $"[{WindowSeconds}s]"), "");

    [GeneratedRegex(@"\[\d+m\]")]
    private static partial Regex Windows();

    [GeneratedRegex(@"^ +for: \d+m\n", RegexOptions.Multiline)]
    private static partial Regex Waits();
}
