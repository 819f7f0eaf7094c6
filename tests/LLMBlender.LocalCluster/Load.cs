using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace LLMBlender.LocalCluster;

/// <summary>
/// Clients that ask without a pause: mostly rankings of new texts, some of texts asked before, and comparisons of one pair. They
/// count what they asked for themselves.
/// </summary>
internal sealed class Load : IDisposable
{
    /// <summary>Comparisons that a ranking uses: of all ordered pairs of its candidates.</summary>
    public const int ComparisonsOfARanking = Candidates * (Candidates - 1);

    /// <summary>Comparisons that a comparison of one pair uses: both orders.</summary>
    public const int ComparisonsOfAPair = 2;

    private const int Candidates = 5;
    private const int Repeated = 50;
    private readonly HttpClient http;
    private readonly CancellationTokenSource stop = new();
    private readonly Task[] clients;
    private readonly ConcurrentQueue<double> latencies = new();
    private readonly ConcurrentQueue<string> failures = new();
    private readonly ConcurrentDictionary<string, int> answered = new();
    private readonly string run = Guid.NewGuid().ToString("N")[..8];
    private long asked;
    private long comparisons;

    public Load(int port, int concurrency)
    {
        // Connections are kept open, but not for ever: a new gateway gets only new ones.
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(5) };
        http = new HttpClient(handler) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(5) };
        clients = [.. Enumerable.Range(0, concurrency).Select(_ => Task.Run(AskAsync))];
    }

    /// <summary>What it has counted.</summary>
    public Tally Tally => new(answered, Interlocked.Read(ref comparisons), failures);

    /// <summary>Seconds that each answered request took.</summary>
    public double[] Latencies => [.. latencies];

    /// <summary>Stops asking, and waits for what is under way.</summary>
    public async Task EndAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(clients);
    }

    public void Dispose()
    {
        http.Dispose();
        stop.Dispose();
    }

    private async Task AskAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            var number = Interlocked.Increment(ref asked);
            var (path, body) = Request(number);
            var start = Stopwatch.GetTimestamp();
            try
            {
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content);
                var text = await response.Content.ReadAsStringAsync();
                if (!response.IsSuccessStatusCode)
                {
                    failures.Enqueue($"{path} {number}: {(int)response.StatusCode} {text}");
                    continue;
                }

                latencies.Enqueue(Stopwatch.GetElapsedTime(start).TotalSeconds);
                answered.AddOrUpdate(path, 1, static (_, count) => count + 1);
                Interlocked.Add(ref comparisons, (int?)JsonNode.Parse(text)!["comparisons"] ?? ComparisonsOfAPair);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                failures.Enqueue($"{path} {number}: {e.Message}");
            }
        }
    }

    private (string Path, string Body) Request(long number) => (number % 10) switch
    {
        0 => ("/v1/compare", Pair($"{run} {number}")),
        1 or 2 => ("/v1/rank", Record($"{run} again {number % Repeated}")),
        _ => ("/v1/rank", Record($"{run} {number}")),
    };

    private static string Record(string about) => new JsonObject
    {
        ["instruction"] = $"Say what {about} is good for.",
        ["candidates"] = new JsonArray([.. Enumerable.Range(0, Candidates).Select(i => (JsonNode)new JsonObject { ["text"] = Text(about, i) })]),
        ["aggregate"] = "max-logits",
    }.ToJsonString();

    private static string Pair(string about) => new JsonObject
    {
        ["instruction"] = $"Say what {about} is good for.", ["a"] = Text(about, 1), ["b"] = Text(about, 2), ["order"] = "both",
    }.ToJsonString();

    private static string Text(string about, int i) =>
        string.Join(' ', Enumerable.Range(1, 3 + i).Select(j => $"It helps with thing {i * j} of {about}, where nothing else does."));
}
