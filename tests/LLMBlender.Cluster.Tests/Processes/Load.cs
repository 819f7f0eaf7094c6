using System.Collections.Concurrent;
using System.Diagnostics;

namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>
/// Rankings asked for over HTTP without a pause, each of a source of its own and large enough for two workers, until it is
/// told to stop.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly RankingClient client;
    private readonly CancellationTokenSource stop = new();
    private readonly Task[] askers;
    private readonly ConcurrentQueue<TimeSpan> latencies = new();
    private readonly ConcurrentQueue<string> failures = new();
    private readonly string name = Guid.NewGuid().ToString("N");
    private int asked;

    private Load(Uri url, int concurrency)
    {
        client = new RankingClient(url);
        askers = [.. Enumerable.Range(0, concurrency).Select(_ => Task.Run(AskAsync))];
    }

    /// <summary>Requests answered so far.</summary>
    public int Answered => latencies.Count;

    /// <summary>Starts asking, and waits until answers come.</summary>
    public static async Task<Load> StartAsync(Uri url, int concurrency = 4)
    {
        var load = new Load(url, concurrency);
        await load.WhenAnsweredMoreAsync(Form.Margin);
        return load;
    }

    /// <summary>Waits for as many more answers as are under way at the moment, and some.</summary>
    public async Task WhenAnsweredMoreAsync(int more)
    {
        var wanted = Answered + askers.Length + more;
        await Until.IsSoAsync(() => Answered >= wanted || !failures.IsEmpty, $"{wanted} requests are answered");
        Assert.Empty(failures);
    }

    /// <summary>Stops, and requires that every request was answered.</summary>
    public async Task EndWithoutFailureAsync(string fault)
    {
        await StopAsync();
        Assert.Empty(failures);
        var ordered = latencies.Order().ToList();
        TestContext.Current.SendDiagnosticMessage(
            $"{fault}: {ordered.Count} requests, none failed; median {ordered[ordered.Count / 2].TotalMilliseconds:0} ms, "
            + $"longest {ordered[^1].TotalMilliseconds:0} ms");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        client.Dispose();
        stop.Dispose();
    }

    private async Task StopAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(askers).WaitAsync(Until.Patience);
    }

    private async Task AskAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            var number = Interlocked.Increment(ref asked);
            var start = Stopwatch.GetTimestamp();
            try
            {
                await client.RankAsync(Question.Long($"{name} {number}"));
                latencies.Enqueue(Stopwatch.GetElapsedTime(start));
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                failures.Enqueue($"request {number} after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s: {e.Message}");
            }
        }
    }
}
