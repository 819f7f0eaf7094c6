using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>Rankings asked for over HTTP without a pause, each of a source of its own, until it is told to stop.</summary>
internal sealed class Load : IAsyncDisposable
{
    private const int Candidates = 4;

    private readonly HttpClient http;
    private readonly CancellationTokenSource stop = new();
    private readonly Task[] askers;
    private readonly ConcurrentQueue<TimeSpan> latencies = new();
    private readonly ConcurrentQueue<string> failures = new();
    private readonly string name = Guid.NewGuid().ToString("N");
    private int asked;

    private Load(Uri url, int concurrency, double timeout)
    {
        http = new HttpClient { BaseAddress = url, Timeout = Until.Patience };
        askers = [.. Enumerable.Range(0, concurrency).Select(_ => Task.Run(() => AskAsync(timeout)))];
    }

    /// <summary>Requests answered so far.</summary>
    public int Answered => latencies.Count;

    /// <summary>What went wrong so far.</summary>
    public IReadOnlyCollection<string> Failures => failures;

    /// <summary>The longest time that an answer took.</summary>
    public TimeSpan Longest => latencies.Max();

    /// <summary>The usual time.</summary>
    public TimeSpan Median => latencies.Order().ElementAt(latencies.Count / 2);

    /// <summary>Starts asking, and waits until answers come.</summary>
    public static async Task<Load> StartAsync(Uri url, int concurrency = 4, double timeout = 60)
    {
        var load = new Load(url, concurrency, timeout);
        await load.WhenAnsweredMoreAsync(Form.Margin);
        return load;
    }

    /// <summary>Waits for as many more answers as are under way at the moment, and some.</summary>
    public async Task WhenAnsweredMoreAsync(int more)
    {
        var wanted = Answered + askers.Length + more;
        await Until.IsSoAsync(
            () => Answered >= wanted || !failures.IsEmpty, $"{wanted} requests are answered (there were {Answered} at first)");
    }

    /// <summary>Stops asking, and waits for the answers under way.</summary>
    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(askers).WaitAsync(Until.Patience);
    }

    /// <summary>Stops, and requires that every request was answered rightly.</summary>
    public async Task EndWithoutFailureAsync(string fault)
    {
        await StopAsync();
        Assert.Empty(failures);
        TestContext.Current.SendDiagnosticMessage(
            $"{fault}: {Answered} requests, none failed; median {Median.TotalMilliseconds:0} ms, longest {Longest.TotalMilliseconds:0} ms");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        http.Dispose();
        stop.Dispose();
    }

    private async Task AskAsync(double timeout)
    {
        while (!stop.IsCancellationRequested)
        {
            var number = Interlocked.Increment(ref asked);
            var start = Stopwatch.GetTimestamp();
            try
            {
                using var response = await http.PostAsJsonAsync("/v1/rank", Request(number, timeout));
                var body = await response.Content.ReadAsStringAsync();
                if (response.IsSuccessStatusCode && JsonNode.Parse(body)!["comparisons"]!.GetValue<int>() == Candidates * (Candidates - 1))
                {
                    latencies.Enqueue(Stopwatch.GetElapsedTime(start));
                }
                else
                {
                    failures.Enqueue($"request {number} after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s: {(int)response.StatusCode} {body}");
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                failures.Enqueue($"request {number} after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s: {e.Message}");
            }
        }
    }

    private object Request(int number, double timeout) => new
    {
        id = number,
        instruction = $"Say what {name} number {number} is good for.",
        candidates = Enumerable.Range(0, Candidates).Select(i => new { text = $"Candidate {i} says that number {number} is good for {i} things." }),
        timeout,
    };
}
