using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Benchmarks.Gateway;

/// <summary>
/// The tail with 5 % of backend calls ten times slower, with and without hedging, beside the healthy tail, all in one run on
/// the same draws. A healthy answer's time is log-normal, as answers of differing lengths take it: hedging asks again only
/// after most answers would have come, so that with times that hardly differ no second try can be in time.
/// </summary>
internal static class TailBenchmark
{
    private const double Median = 0.06;
    private const double SlowShare = 0.05;
    private const double SlowFactor = 10;
    private const double Budget = 0.05;

    private static readonly (string Name, bool IsSlow, double Hedge)[] Kinds =
        [("healthy", false, 0), ("healthy-hedged", false, Budget), ("slow", true, 0), ("slow-hedged", true, Budget)];

    public static async Task RunAsync(TemporaryFolder scratch, double spread, int blends)
    {
        await using var models = await FakeModelServer.StartAsync();
        string[] seats = ["a", "b", "c"];
        foreach (var (name, isSlow, _) in Kinds)
        {
            for (var seat = 0; seat < seats.Length; seat++)
            {
                Script(models, $"one-{name}", isSlow, spread, 1);
                Script(models, $"{name}-{seats[seat]}", isSlow, spread, 10 + seat);
            }
        }

        using var gateway = await ServedGateway.StartAsync(scratch, Settings(models.Url, seats));
        foreach (var members in (int[])[1, 3])
        {
            await MeasureAsync(gateway, models, members, 60, blends / 4, print: false);
            await MeasureAsync(gateway, models, members, 60, blends, print: true);
        }
    }

    private static async Task MeasureAsync(ServedGateway gateway, FakeModelServer models, int members, double perSecond, int blends, bool print)
    {
        string Panel(int kind) => members == 1 ? $"one-{Kinds[kind].Name}" : Kinds[kind].Name;
        int Calls(int kind) => models.Calls.Count(call => members == 1 ? call.Model == Panel(kind) : call.Model.StartsWith($"{Panel(kind)}-", StringComparison.Ordinal) && call.Model.Length == Panel(kind).Length + 2);
        var before = Enumerable.Range(0, Kinds.Length).Select(Calls).ToArray();

        var outcomes = await OpenLoop.AskAsync(gateway.Http, perSecond, blends * Kinds.Length, i => new
        {
            model = Panel(i % Kinds.Length),
            messages = new[] { new { role = "user", content = "Which is it?" } },
        });
        if (!print)
        {
            return;
        }

        Console.WriteLine($"\n{members} member(s), {blends} blends of each kind, {outcomes.Count(outcome => outcome.Status != 200)} errors");
        var tails = new double[Kinds.Length];
        for (var kind = 0; kind < Kinds.Length; kind++)
        {
            var sorted = outcomes.Where((_, i) => i % Kinds.Length == kind).Select(outcome => outcome.Seconds * 1000).Order().ToArray();
            tails[kind] = OpenLoop.Quantile(sorted, 0.99);
            var extra = ((double)(Calls(kind) - before[kind]) / (blends * members)) - 1;
            Console.WriteLine($"{Kinds[kind].Name,-16} median {OpenLoop.Quantile(sorted, 0.5),8:0.0} ms  99th {tails[kind],8:0.0} ms  of healthy {tails[kind] / tails[0],6:0.00} x  extra calls {extra,7:0.00%}");
        }
    }

    private static void Script(FakeModelServer models, string name, bool isSlow, double spread, int seed)
    {
        var random = new Random(seed);
        models.On(name, async call =>
        {
            double time;
            lock (random)
            {
                var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                time = Median * Math.Exp(spread * normal) * (random.NextDouble() < SlowShare && isSlow ? SlowFactor : 1);
            }

            await Task.Delay(TimeSpan.FromSeconds(time), call.Context.RequestAborted);
            await call.AnswerAsync($"It is {name}.");
        });
    }

    private static object Settings(string url, string[] seats) => new
    {
        Discover = false,
        Backends = Kinds.SelectMany(kind => seats.Select(seat => $"{kind.Name}-{seat}").Append($"one-{kind.Name}"))
            .Select(name => new { Name = name, Model = name, Url = url, Attempts = 1, MaxConcurrency = 1000 }),
        Panels = Kinds.SelectMany(kind => new object[]
        {
            new { kind.Name, Members = seats.Select(seat => $"{kind.Name}-{seat}"), Fuser = "select", HedgeBudget = kind.Hedge },
            new { Name = $"one-{kind.Name}", Members = new[] { $"one-{kind.Name}" }, Fuser = "select", HedgeBudget = kind.Hedge },
        }),
    };
}
