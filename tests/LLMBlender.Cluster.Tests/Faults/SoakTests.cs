using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Cluster.Tests.Faults;

/// <summary>
/// Eight processes with 512 MiB each and a real Redis Cluster with replicas, before fake model servers of which some are hostile, under load while one thing after the other fails. No
/// answer may be lost where another process can give it, and none may be wrong. One round by default; <c>LLMBLENDER_SOAK=30</c> runs rounds for 30 minutes,
/// and also asserts that memory stays and that answers come within five seconds of each fault. <c>LLMBLENDER_SOAK_REPORT</c> names a file for the report.
/// </summary>
public sealed partial class SoakTests : IAsyncLifetime
{
    private const string HeapLimit = "20000000";
    private const int Clients = 4;
    private const int Margin = 10;
    private static readonly string Huge = new('x', 5 * 1024 * 1024);
    private static readonly string[] Roles = ["gateway", "gateway", "blend,fuse", "blend,fuse", "blend,fuse", "compare", "compare", "compare"];
    private static readonly double Minutes = double.Parse(Environment.GetEnvironmentVariable("LLMBLENDER_SOAK") ?? "0", CultureInfo.InvariantCulture);
    private static readonly TimeSpan MaxGap = TimeSpan.FromSeconds(5);

    private readonly RedisCluster redis = new();
    private readonly TemporaryFolder folder = new();
    private readonly ServeProcess[] processes = new ServeProcess[Roles.Length];
    private readonly ConcurrentQueue<string> lost = new();
    private readonly ConcurrentQueue<string> wrong = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly StringBuilder report = new();
    private FakeModelServer models = null!;
    private Task[] clients = [];
    private long asked;
    private long answered;
    private long refused;
    private long lastAnswer;
    private TimeSpan gap;

    public async ValueTask InitializeAsync()
    {
        models = await FakeModelServer.StartAsync();
        foreach (var name in (string[])["right", "also"])
        {
            models.On(name, static call => call.AnswerAsync(Answer(Number().Match(call.Messages[^1].Text).Value)));
        }

        models.On("hang", static call => call.HangAsync());
        models.On("garbage", static call => call.RawAsync("data: {\"choices\":[{\"delta\":{\"content\":\"7 \ud83d"));
        models.On("away", static call => call.FailAsync(429, "slower", "31536000"));
        models.On("huge", static call => call.AnswerAsync(Huge));
        WriteConfig("first");
        if (RedisServer.IsInstalled)
        {
            await redis.StartAsync(replicas: 1);
        }
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Cluster_WhileOneThingAfterTheOtherFails_LosesNoAnswerAndGivesNoWrongOne()
    {
        for (var i = 0; i < processes.Length; i++)
        {
            processes[i] = Start(i);
        }

        await Task.WhenAll(processes.Select(static process => process.WhenReadyAsync()));
        Touch();
        clients = [.. Enumerable.Range(0, Clients).Select(i => Task.Run(() => AskAsync(i))), Task.Run(GreedyAsync), Task.Run(SlowAsync)];
        await AnsweredMoreAsync(2 * Margin);
        var (start, rounds, memory) = (Stopwatch.GetTimestamp(), 0, new List<double>());
        do
        {
            rounds++;
            await StepAsync("a process that compares killed", () => KillAsync(5 + (rounds % 3)));
            await StepAsync("a process that blends killed", () => KillAsync(2 + (rounds % 3)));
            await StepAsync("a process that blends frozen", () => FreezeAsync(2 + ((rounds + 1) % 3)));
            await StepAsync("a process that compares frozen", () => FreezeAsync(5 + ((rounds + 1) % 3)));
            await StepAsync("a gateway killed", () => KillAsync(rounds % 2));
            await StepAsync("a primary of Redis killed", async () =>
            {
                var failed = await redis.FailPrimaryAsync("soak/members/soak");
                await AnsweredMoreAsync(Margin);
                await redis.RejoinAsync(failed);
            });
            await StepAsync("all of Redis killed", async () =>
            {
                await redis.KillAsync();
                await AnsweredMoreAsync(Margin);
                await redis.RestartAsync();
            });
            await StepAsync("Redis full", async () =>
            {
                await SetMemoryAsync("1");
                await AnsweredMoreAsync(Margin);
                await SetMemoryAsync("0");
            });
            await StepAsync("configuration half written, removed, and changed", async () =>
            {
                await File.WriteAllTextAsync(folder.File("serve.json"), "{\"LLMBlender\":{\"Panels\":[", TestContext.Current.CancellationToken);
                await AnsweredMoreAsync(Margin);
                File.Delete(folder.File("serve.json"));
                await AnsweredMoreAsync(Margin);
                WriteConfig($"round {rounds.ToString(CultureInfo.InvariantCulture)}");
            });
            memory.Add(processes.Sum(static process => Size(process)) / processes.Length);
            report.AppendLine(CultureInfo.InvariantCulture, $"- round {rounds}: {memory[^1]:0} MB a process on average");
        }
        while (Stopwatch.GetElapsedTime(start).TotalMinutes < Minutes);

        await stop.CancelAsync();
        await Task.WhenAll(clients);
        report.AppendLine(CultureInfo.InvariantCulture, $"\n{answered} answers of {asked} questions in {Stopwatch.GetElapsedTime(start).TotalMinutes:0.0} minutes, {refused} refused for a moment; lost {lost.Count}, wrong {wrong.Count}; {Environment.ProcessorCount} processors.");
        TestContext.Current.SendDiagnosticMessage(report.ToString());
        if (Environment.GetEnvironmentVariable("LLMBLENDER_SOAK_REPORT") is { Length: > 0 } file)
        {
            await File.WriteAllTextAsync(file, $"# Soak\n\n{report}", TestContext.Current.CancellationToken);
        }

        Assert.Empty(wrong);
        Assert.Empty(lost);
        if (memory.Count >= 6)
        {
            Assert.True(memory[^1] < 1.2 * memory[memory.Count / 3], $"memory grows: {string.Join(", ", memory.Select(static size => size.ToString("0", CultureInfo.InvariantCulture)))} MB");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        foreach (var process in processes.Where(static process => process is not null))
        {
            await process.DisposeAsync();
        }

        await redis.DisposeAsync();
        await models.DisposeAsync();
        stop.Dispose();
        folder.Dispose();
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();

    private static string Answer(string number) => $"The answer to {number} is {(7 * long.Parse(number, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture)}.";

    private static double Size(ServeProcess process)
    {
        process.Process.Refresh();
        return process.Process.WorkingSet64 / 1e6;
    }

    private ServeProcess Start(int i) => ServeProcess.Start(
        Roles[i],
        new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = HeapLimit },
        "--redis", redis.Address, "--cluster-id", "soak", "--config", folder.File("serve.json"));

    // Hostile members are waited for no longer than the grace, once both right ones have answered.
    private void WriteConfig(string description) => folder.Write("serve.json", JsonSerializer.Serialize(new
    {
        LLMBlender = new
        {
            Discover = false,
            Gateway = new { AllowAnonymous = true },
            Backends = ((string[])["right", "also", "hang", "garbage", "away", "huge"]).Select(name => new { Name = name, Model = name, models.Url, RetryDelay = "00:00:00.05" }),
            Panels = new[] { new { Name = "p", Description = description, Members = (string[])["right", "also", "hang", "garbage", "away", "huge"], Quorum = 1, Grace = "00:00:00.2", Fuser = "select" } },
        },
    }));

    private async Task KillAsync(int i)
    {
        await processes[i].KillAsync();
        await AnsweredMoreAsync(Margin);
        await processes[i].DisposeAsync();
        processes[i] = Start(i);
        await processes[i].WhenReadyAsync();
    }

    private async Task FreezeAsync(int i)
    {
        Signals.SendStop(processes[i].Process);
        await AnsweredMoreAsync(Margin);
        Signals.SendContinue(processes[i].Process);
        await AnsweredMoreAsync(Margin);
        if (processes[i].Process.HasExited)
        {
            await processes[i].DisposeAsync();
            processes[i] = Start(i);
            await processes[i].WhenReadyAsync();
        }
    }

    private Task<bool[]> SetMemoryAsync(string bytes) => Task.WhenAll(redis.Servers.Select(server => server.UseAsync(async (_, node) =>
    {
        await node.ConfigSetAsync("maxmemory-policy", "noeviction");
        await node.ConfigSetAsync("maxmemory", bytes);
        return true;
    })));

    private async Task StepAsync(string fault, Func<Task> strike)
    {
        lock (gate)
        {
            gap = TimeSpan.Zero;
        }

        await strike();
        await AnsweredMoreAsync(Margin);
        TimeSpan longest;
        lock (gate)
        {
            longest = gap;
        }

        report.AppendLine(CultureInfo.InvariantCulture, $"- {fault}: longest time without an answer {longest.TotalSeconds:0.0} s");
        if (Minutes > 0)
        {
            Assert.True(longest <= MaxGap, $"{fault}: {longest.TotalSeconds} s without an answer");
        }
    }

    private async Task AnsweredMoreAsync(int count)
    {
        var target = Interlocked.Read(ref answered) + count;
        await Until.IsSoAsync(() => Interlocked.Read(ref answered) >= target, $"{count} more answers; lost so far: {string.Join("; ", lost.Take(3))}");
    }

    private void Touch()
    {
        lock (gate)
        {
            var now = Stopwatch.GetTimestamp();
            gap = lastAnswer == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Max(gap.Ticks, Stopwatch.GetElapsedTime(lastAnswer, now).Ticks));
            lastAnswer = now;
        }
    }

    private async Task AskAsync(int client)
    {
        using var http = new HttpClient { Timeout = Until.Patience };
        while (!stop.IsCancellationRequested)
        {
            var number = Interlocked.Increment(ref asked);
            await AskAsync(http, number, client);
        }
    }

    // By one gateway, or if it is gone by the other: who kills a connection loses what is on its way, and a client repeats it. Refused for a moment, a client waits.
    private async Task AskAsync(HttpClient http, long number, int client)
    {
        var body = new { model = "p", messages = new[] { new { role = "user", content = $"Question {number.ToString(CultureInfo.InvariantCulture)}" } } };
        var failures = new List<string>();
        for (var attempt = 0; attempt < 20 && !stop.IsCancellationRequested; attempt++)
        {
            try
            {
                using var response = await http.PostAsJsonAsync(new Uri(processes[(client + attempt) % 2].Url, "/v1/chat/completions"), body);
                var text = await response.Content.ReadAsStringAsync();
                if (response.IsSuccessStatusCode)
                {
                    var said = JsonElement.Parse(text).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
                    if (said != Answer(number.ToString(CultureInfo.InvariantCulture)))
                    {
                        wrong.Enqueue($"{number}: {said}");
                    }

                    Interlocked.Increment(ref answered);
                    Touch();
                    return;
                }

                if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
                {
                    lost.Enqueue($"{number}: {(int)response.StatusCode} {text}");
                    return;
                }

                Interlocked.Increment(ref refused);
                failures.Add($"{(int)response.StatusCode}");
                await Task.Delay(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1), CancellationToken.None);
            }
            catch (HttpRequestException e)
            {
                failures.Add(e.Message);
            }
        }

        if (!stop.IsCancellationRequested)
        {
            lost.Enqueue($"{number}: {string.Join(", ", failures)}");
        }
    }

    // Asks for large rankings, again and again.
    private async Task GreedyAsync()
    {
        using var http = new HttpClient { Timeout = Until.Patience };
        var body = new { instruction = "Which?", timeout = 5, candidates = Enumerable.Range(0, 60).Select(static i => $"{i} is it") };
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                using var response = await http.PostAsJsonAsync(new Uri(processes[i % 2].Url, "/v1/rank"), body, stop.Token);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // Its answers are not what is shown.
            }
        }
    }

    // Begins streams, and reads nothing of them.
    private async Task SlowAsync()
    {
        using var http = new HttpClient { Timeout = Until.Patience };
        var open = new Queue<HttpResponseMessage>();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(processes[i % 2].Url, "/v1/chat/completions"))
                {
                    Content = JsonContent.Create(new { model = "p", stream = true, messages = new[] { new { role = "user", content = "Question 1" } } }),
                };
                open.Enqueue(await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token));
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // Its answers are not what is shown.
            }

            if (open.Count > 20)
            {
                open.Dequeue().Dispose();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
        }

        foreach (var response in open)
        {
            response.Dispose();
        }
    }
}
