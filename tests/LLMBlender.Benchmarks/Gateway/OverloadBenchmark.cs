using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Benchmarks.Gateway;

/// <summary>What still gets done where up to ten times as much is asked as a backend can do, and how soon the rest is told so.</summary>
internal static class OverloadBenchmark
{
    private const int Places = 16;
    private const double CallSeconds = 0.4;
    private const double Capacity = Places / CallSeconds;

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
        var peak = 0.0;
        foreach (var load in (double[])[0.5, 0.9, 1, 2, 5, 10])
        {
            var outcomes = await OpenLoop.AskAsync(gateway.Http, load * Capacity, (int)(load * Capacity * seconds), _ => Question);
            peak = Math.Max(peak, Report(outcomes, load, seconds, peak));
        }
    }

    private static double Report(OpenLoop.Outcome[] outcomes, double load, int seconds, double peak)
    {
        // The first second fills places and queue, and what is answered after the last request is no part of the rate.
        var goodput = outcomes.Count(outcome => outcome.Status == 200 && outcome.Done > 1 && outcome.Done <= seconds) / (seconds - 1.0);
        var refused = outcomes.Where(outcome => outcome.Status is 429 or 503).ToArray();
        var soon = refused.Select(outcome => outcome.Seconds * 1000).Order().ToArray();
        var late = outcomes.Where(outcome => outcome.Status == 200).Select(outcome => outcome.Seconds).Order().ToArray();
        Console.WriteLine(
            $"{load,5:0.0} x  goodput {goodput,6:0.0} /s ({goodput / Math.Max(peak, goodput),7:0.0%} of peak)  answered in {OpenLoop.Quantile(late, 0.5),5:0.00} s, 99th {OpenLoop.Quantile(late, 0.99),5:0.00} s"
            + $"  refused {refused.Length,5} in {OpenLoop.Quantile(soon, 0.5),6:0.0} ms, 99th {OpenLoop.Quantile(soon, 0.99),6:0.0} ms"
            + $"  with Retry-After {refused.Count(outcome => outcome.RetryAfter),5}  other {outcomes.Count(outcome => outcome.Status is not (200 or 429 or 503)),3}");
        return goodput;
    }
}
