using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Benchmarks.Gateway;

/// <summary>Many clients that stream at the same time, and how soon a backend's work ends once its client has left.</summary>
internal static class StreamBenchmark
{
    private const int Words = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(TemporaryFolder scratch, int clients)
    {
        await using var models = await FakeModelServer.StartAsync();
        var open = 0;
        var most = 0;
        models.On("slow", async call =>
        {
            most = Math.Max(most, Interlocked.Increment(ref open));
            for (var i = 0; i < Words; i++)
            {
                await call.PieceAsync($"word{i} ");
                await Task.Delay(Pause, call.Context.RequestAborted);
            }

            Interlocked.Decrement(ref open);
            await call.AnswerAsync("end");
        });
        models.On("waiting", call => call.HangAsync());
        using var gateway = await ServedGateway.StartAsync(scratch, new
        {
            Discover = false,
            Backends = ((string[])["slow", "waiting"]).Select(name => new { Name = name, Model = name, models.Url, MaxConcurrency = 10_000 }),
            Panels = ((string[])["slow", "waiting"]).Select(name => new { Name = name, Members = new[] { name }, Fuser = "select" }),
        });

        await StreamAsync(gateway, clients, 0.2);
        Console.WriteLine($"at most {most} streams at a time at the backend; the gateway kept a processor busy for {gateway.Busy:0.0} s in all");
        await LeaveAsync(gateway, models, 50);
    }

    private static async Task StreamAsync(ServedGateway gateway, int clients, double rampSeconds)
    {
        var problems = new ConcurrentBag<string>();
        var (firsts, ends) = (new double[clients], new double[clients]);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async i =>
        {
            // A little apart: a listener's backlog is no part of this.
            await Task.Delay(TimeSpan.FromSeconds(rampSeconds * i / 100));
            try
            {
                (firsts[i], ends[i]) = await ReadAsync(gateway.Http);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
            {
                problems.Add(e.Message);
            }
        }));
        Array.Sort(firsts);
        Array.Sort(ends);
        Console.WriteLine($"{clients} clients, {Words} words {Pause.TotalSeconds:0} s apart: {problems.Count} errors; first byte {OpenLoop.Quantile(firsts, 0.5) * 1000:0} ms, 99th {OpenLoop.Quantile(firsts, 0.99) * 1000:0} ms; whole answer {OpenLoop.Quantile(ends, 0.5):0.00} s, 99th {OpenLoop.Quantile(ends, 0.99):0.00} s ({Words * Pause.TotalSeconds:0} s at the backend)");
        foreach (var problem in problems.Distinct().Take(5))
        {
            Console.WriteLine($"  {problem}");
        }
    }

    private static async Task<(double First, double End)> ReadAsync(HttpClient http)
    {
        var start = Stopwatch.GetTimestamp();
        using var request = Question("slow");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var (first, words, last) = (double.NaN, 0, "");
        while (await reader.ReadLineAsync() is { } line)
        {
            first = double.IsNaN(first) ? Stopwatch.GetElapsedTime(start).TotalSeconds : first;
            words += line.Contains("\"word", StringComparison.Ordinal) || line.Contains("\"content\":\"word", StringComparison.Ordinal) ? 1 : 0;
            last = line.Length > 0 ? line : last;
        }

        return last == "data: [DONE]" && words == Words
            ? (first, Stopwatch.GetElapsedTime(start).TotalSeconds)
            : throw new InvalidDataException($"a stream ended after {words} words with {last[..Math.Min(last.Length, 100)]}");
    }

    private static async Task LeaveAsync(ServedGateway gateway, FakeModelServer models, int times)
    {
        var seconds = new double[times];
        for (var i = 0; i < times; i++)
        {
            using var request = Question("waiting");
            using var response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            while (models.CallsOf("waiting").Count <= i)
            {
                await Task.Delay(1);
            }

            var start = Stopwatch.GetTimestamp();
            response.Dispose();
            await models.CallsOf("waiting")[i].Left;
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        Array.Sort(seconds);
        Console.WriteLine($"a client leaves: its backend's call ends after {OpenLoop.Quantile(seconds, 0.5) * 1000:0.0} ms, at most {seconds[^1] * 1000:0.0} ms of {times}");
    }

    private static HttpRequestMessage Question(string panel) => new(HttpMethod.Post, "/v1/chat/completions")
    {
        Content = JsonContent.Create(new { model = panel, stream = true, messages = new[] { new { role = "user", content = "Tell me." } }, llmblender = new { timeout = 300 } }),
    };
}
