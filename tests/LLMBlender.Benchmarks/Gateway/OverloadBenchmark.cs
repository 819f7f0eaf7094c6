using System.Diagnostics;
using System.Net.Http.Json;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Benchmarks.Gateway;

/// <summary>
/// What still gets done where up to ten times as much is asked as a backend, or the ranker of this machine, can do, and how soon the rest is told so.
/// </summary>
internal static class OverloadBenchmark
{
    private const int Places = 16;
    private const double CallSeconds = 0.4;
    private const double Capacity = Places / CallSeconds;
    private const int Candidates = 11;
    private const int Askers = 8;

    private static readonly double[] Loads = [0.5, 0.9, 1, 2, 5, 10];

    private static readonly string[] Members = ["m"];
    private static readonly object Question = new { model = "p", messages = new[] { new { role = "user", content = "Do it." } } };

    public static async Task RunAsync(TemporaryFolder scratch, int seconds)
    {
        await using var models = await FakeModelServer.StartAsync();
        using var places = new SemaphoreSlim(Places);
        models.On("m", async call =>
        {
            // A server that takes no more at a time than it can.
            await places.WaitAsync(call.Context.RequestAborted);
            try
            {
                await Task.Delay(TimeSpan.FromSeconds(CallSeconds), call.Context.RequestAborted);
            }
            finally
            {
                places.Release();
            }

            await call.AnswerAsync("It is done.");
        });
        using var gateway = await ServedGateway.StartAsync(scratch, new
        {
            Discover = false,
            Backends = new[] { new { Name = "m", Model = "m", Url = models.Url, MaxConcurrency = Places, MaxWaiting = 4 * Places } },
            Panels = new[] { new { Name = "p", Members, Fuser = "select" } },
        });

        Console.WriteLine($"a backend that can do {Capacity:0} calls a second; {seconds} s each");
        await StepsAsync(gateway, Capacity, seconds, (rate, count) => OpenLoop.AskAsync(gateway.Http, rate, count, _ => Question));

        // Every ranking differs from all others, so none is answered from the cache.
        var asked = 0;
        var capacity = await RankingsAsync(gateway.Http, () => Ranking(Interlocked.Increment(ref asked)), seconds);
        Console.WriteLine($"a ranker that does {capacity:0} rankings of {Candidates} answers a second for {Askers} clients; {seconds} s each");
        await StepsAsync(gateway, capacity, seconds, (rate, count) => OpenLoop.AskAsync(gateway.Http, rate, count, _ => Ranking(Interlocked.Increment(ref asked)), "/v1/rank"));
    }

    private static async Task StepsAsync(ServedGateway gateway, double capacity, int seconds, Func<double, int, Task<OpenLoop.Outcome[]>> ask)
    {
        var peak = 0.0;
        foreach (var load in Loads)
        {
            var busy = gateway.Busy;
            var outcomes = await ask(load * capacity, (int)(load * capacity * seconds));
            peak = Math.Max(peak, Report(outcomes, load, seconds, peak, gateway.Busy - busy));
        }
    }

    private static object Ranking(int number) => new
    {
        instruction = $"Which of these numbers is the largest below {number}?",
        timeout = 10,
        candidates = Enumerable.Range(0, Candidates).Select(i => string.Join(' ', Enumerable.Range(0, 40).Select(j => $"{number * (i + j) % 997}"))),
    };

    // Rankings a second of clients that ask again as soon as they are answered.
    private static async Task<double> RankingsAsync(HttpClient http, Func<object> ranking, int seconds)
    {
        var done = 0;
        async Task AskAsync(Stopwatch clock)
        {
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                using var response = await http.PostAsJsonAsync("/v1/rank", ranking());
                if (response.IsSuccessStatusCode)
                {
                    Interlocked.Increment(ref done);
                }
            }
        }

        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Askers).Select(_ => AskAsync(clock)));
        return done / clock.Elapsed.TotalSeconds;
    }

    private static double Report(OpenLoop.Outcome[] outcomes, double load, int seconds, double peak, double busy)
    {
        // The first second fills places and queue, and what is answered after the last request is no part of the rate.
        var goodput = outcomes.Count(outcome => outcome.Status == 200 && outcome.Done > 1 && outcome.Done <= seconds) / (seconds - 1.0);
        var refused = outcomes.Where(outcome => outcome.Status is 429 or 503).ToArray();
        var soon = refused.Select(outcome => outcome.Seconds * 1000).Order().ToArray();
        var late = outcomes.Where(outcome => outcome.Status == 200).Select(outcome => outcome.Seconds).Order().ToArray();
        Console.WriteLine(
            $"{load,5:0.0} x  goodput {goodput,6:0.0} /s ({goodput / Math.Max(peak, goodput),7:0.0%} of peak), {outcomes.Count(static outcome => outcome.Status == 200) / busy,5:0.0} a processor's second  answered in {OpenLoop.Quantile(late, 0.5),5:0.00} s, 99th {OpenLoop.Quantile(late, 0.99),5:0.00} s"
            + $"  refused {refused.Length,5} in {OpenLoop.Quantile(soon, 0.5),6:0.0} ms, 99th {OpenLoop.Quantile(soon, 0.99),6:0.0} ms"
            + $"  with Retry-After {refused.Count(outcome => outcome.RetryAfter),5}  other {outcomes.Count(outcome => outcome.Status is not (200 or 429 or 503)),3}");
        return goodput;
    }
}
