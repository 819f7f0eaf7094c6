using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LLMBlender.Cluster.Tests.Operations;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;
using StackExchange.Redis;

namespace LLMBlender.Cluster.Tests;

/// <summary>Secrets of backends, callers and Redis in processes that log at Trace, and what callers have had over two gateways.</summary>
public sealed class CanaryTests : IAsyncLifetime
{
    private const string BackendKey = "sk-canary-51c07be9d2";
    private const string CallerKey = "caller-canary-8e2f60a7";
    private const string RedisPassword = "redis-canary-93ab17d4";
    private const string Poor = "poor-canary-0b1d7c42";
    private const string Prompt = "prompt-canary-66fe";

    // Its first window says "Bearer sk" and no more.
    private const string Bearer = "bearer64";

    // Long enough to be no accident, short enough to find a part of a key.
    private const int Window = 12;

    // What servers, proxies and clients make of a key that they repeat.
    private static readonly (string Name, Func<string, string> Of)[] Forms =
    [
        ("plain", static key => key),
        ("upper", static key => key.ToUpperInvariant()),
        ("base64", static key => Convert.ToBase64String(Encoding.UTF8.GetBytes(key))),
        (Bearer, static key => Convert.ToBase64String(Encoding.UTF8.GetBytes($"Bearer {key}"))),
        ("hex", static key => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(key))),
        ("percent", static key => string.Concat(Encoding.UTF8.GetBytes(key).Select(static value => $"%{value:X2}"))),
        ("escaped", static key => string.Concat(key.Select(static letter => $"\\u{(int)letter:x4}"))),
    ];

    private readonly RedisServer redis = new();
    private readonly TemporaryFolder folder = new();
    private readonly List<ServeProcess> processes = [];
    private readonly StringBuilder said = new();
    private FakeModelServer models = null!;

    private string Redis => $"{redis.Address},password={RedisPassword}";

    public async ValueTask InitializeAsync()
    {
        models = await FakeModelServer.StartAsync();
        models.On("good", "Interest on interest.");
        models.On("echo", call => call.FailAsync(401, $"Incorrect API key provided: {call.Authorization}"));
        foreach (var (name, of) in Forms)
        {
            models.On($"echo-{name}", call => EchoAsync(call, of(BackendKey)));
        }

        folder.Write("key", BackendKey);
        folder.Write("serve.json", Config());
        if (RedisServer.IsInstalled)
        {
            await redis.StartAsync();
            await redis.UseAsync(async (_, server) =>
            {
                await server.ConfigSetAsync("requirepass", RedisPassword);
                return true;
            });
        }
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Serve_AtTrace_PrintsAndAnswersNoSecret()
    {
        await using var collector = await Collector.StartAsync();
        var process = await StartAsync(Redis, new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        });

        foreach (var panel in (string[])["good", "mixed", "bad", "ill-fused", "ill-judged", "nobody", "forms", "forms-bad"])
        {
            object[] messages = [new { role = "user", content = Prompt }];
            await SayAsync(process, "/v1/chat/completions", new { model = panel, messages, llmblender = new { trace = true } });
            await SayAsync(process, "/v1/chat/completions", new { model = panel, messages, stream = true, llmblender = new { trace = true, progress = true } });
            await SayAsync(process, "/v1/blend", new { instruction = Prompt, panel, trace = true });
            await SayAsync(process, "/v1/blend", new { instruction = Prompt, panel, stream = true, with_member_text = true });
            await SayAsync(process, "/v1/responses", new { model = panel, input = Prompt, store = true });
            await SayAsync(process, "/v1/messages", new { model = panel, max_tokens = 50, messages });
            await SayAsync(process, "/v1/messages", new { model = panel, max_tokens = 50, messages, stream = true });
        }

        await SayAsync(process, "/v1/chat/completions", new { model = "good" }, CallerKey + "x");
        foreach (var path in (string[])["/v1/models", "/health/ready", "/metrics", "/openapi/v1.json", "/"])
        {
            await SayAsync(process, path, null);
        }

        var misled = ServeProcess.Start("all", "--redis", Redis.Replace("password=", "password=no-", StringComparison.Ordinal), "--config", folder.File("serve.json"));
        processes.Add(misled);
        await misled.Process.WaitForExitAsync().WaitAsync(Until.Patience);
        var stored = await StoredAsync();
        await process.TerminateAsync();
        var recorded = Directory.GetFiles(folder.File("traffic")).Select(File.ReadAllText).ToArray();

        Assert.Contains(stored, static value => value.Contains("Interest on interest.", StringComparison.Ordinal));
        Assert.Contains(recorded, static text => text.Contains("Interest on interest.", StringComparison.Ordinal));
        Assert.Contains(models.Calls, call => call.Authorization == $"Bearer {BackendKey}");
        Assert.Contains("Interest on interest.", said.ToString(), StringComparison.Ordinal);
        Assert.Contains(process.Log, line => line.Contains("Z trce:", StringComparison.Ordinal));
        string[] parts = [.. ((string[])[BackendKey, CallerKey, RedisPassword]).SelectMany(static secret => Forms.SelectMany(form => Windows(form.Of(secret)).Skip(form.Name == Bearer ? 1 : 0)))];
        Assert.All((string[])["logs", "metrics", "traces"], signal => Assert.True(collector.Has(signal, "llmblender"), $"no {signal} came"));
        Assert.All(processes.SelectMany(process => process.Log.Concat(process.Output)).Append(said.ToString()).Concat(stored).Concat(recorded).Concat(collector.All), text =>
        {
            var part = parts.FirstOrDefault(part => text.Contains(part, StringComparison.OrdinalIgnoreCase));
            Assert.True(part is null, $"\"{part}\" of a secret is in: {text}");
        });
        Assert.All(process.Log.Where(line => line.Contains(Prompt, StringComparison.Ordinal)), line => Assert.Contains("Z trce:", line, StringComparison.Ordinal));
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Serve_TwoGateways_CountACallersSpendingTogether()
    {
        var (one, other) = (await StartAsync(Redis), await StartAsync(Redis));
        object question = new { model = "good", messages = (object[])[new { role = "user", content = Prompt }] };

        // Ten tokens read at 1 a token: the second answer has spent what there is for a day.
        var statuses = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            statuses.Add(await SayAsync(one, "/v1/chat/completions", question, Poor));
        }

        Assert.Equal([200, 200, 429], statuses);

        // The other's first question comes after Redis knows, and it has asked Redis nothing before.
        await Until.IsSoAsync(async () => await SpentAsync() == 20_000_000_000, "Redis knows what was spent");
        var asked = models.Calls.Count;
        Assert.Equal(429, await SayAsync(other, "/v1/chat/completions", question, Poor));
        Assert.Equal(asked, models.Calls.Count);
        Assert.Contains("insufficient_quota", said.ToString(), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }

        await redis.DisposeAsync();
        await models.DisposeAsync();
        folder.Dispose();
    }

    // In a header, across the place where texts are cut, and split over two writes.
    private static async Task EchoAsync(FakeCall call, string echo)
    {
        call.Context.Response.Headers["x-echo"] = echo;
        call.Context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"{echo}\"";
        var isStreamed = call.Body.TryGetProperty("stream", out var stream) && stream.GetBoolean();
        call.Context.Response.StatusCode = isStreamed ? 200 : 401;
        call.Context.Response.ContentType = isStreamed ? "text/event-stream" : "application/json";
        var error = $$$"""{"error":{"message":"{{{new string('.', 290)}}} wrong key {{{echo}}} {{{new string('.', 190)}}} {{{echo}}}","type":"{{{echo}}}","code":"{{{echo}}}","param":"{{{echo}}}"}}""";
        var half = error.IndexOf(echo, StringComparison.Ordinal) + (echo.Length / 2);
        await call.RawAsync((isStreamed ? "data: " : "") + error[..half]);
        await call.RawAsync(error[half..] + (isStreamed ? "\n\n" : ""));
    }

    private static IEnumerable<string> Windows(string text) => Enumerable.Range(0, Math.Max(1, text.Length - Window + 1)).Select(i => text.Substring(i, Math.Min(Window, text.Length)));

    // Every value in Redis, whatever its type.
    private async Task<string[]> StoredAsync()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(Redis);
        var (database, values) = (connection.GetDatabase(), new List<string>());
        await foreach (var key in connection.GetServer(redis.Address).KeysAsync())
        {
            values.Add(key.ToString());
            RedisValue[] of = await database.KeyTypeAsync(key) switch
            {
                RedisType.String => [await database.StringGetAsync(key)],
                RedisType.Hash => [.. (await database.HashGetAllAsync(key)).SelectMany(static field => (RedisValue[])[field.Name, field.Value])],
                RedisType.List => await database.ListRangeAsync(key),
                RedisType.SortedSet => await database.SortedSetRangeByRankAsync(key),
                _ => [],
            };
            values.AddRange(of.Select(static value => Encoding.Latin1.GetString((byte[]?)value ?? [])));
        }

        return [.. values];
    }

    // What the poor caller has had of all days, in billionths.
    private async Task<long> SpentAsync()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(Redis);
        var sum = 0L;
        await foreach (var key in connection.GetServer(redis.Address).KeysAsync(pattern: $"llmblender:spent:canary:{Poor[..4]}:*"))
        {
            sum += (await connection.GetDatabase().HashValuesAsync(key)).Sum(static field => BitConverter.ToInt64((byte[])field!));
        }

        return sum;
    }

    private async Task<ServeProcess> StartAsync(string address, IReadOnlyDictionary<string, string>? variables = null)
    {
        var process = ServeProcess.Start("all", variables ?? new Dictionary<string, string>(), "--redis", address, "--cluster-id", "canary", "--config", folder.File("serve.json"));
        processes.Add(process);
        await process.WhenReadyAsync();
        return process;
    }

    private async Task<int> SayAsync(ServeProcess process, string path, object? body, string key = CallerKey)
    {
        using var http = new HttpClient { BaseAddress = process.Url };
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", key);
        using var response = await http.SendAsync(request);
        said.Append(response.Headers).Append(response.Content.Headers).AppendLine(await response.Content.ReadAsStringAsync());
        return (int)response.StatusCode;
    }

    private string Config() => JsonSerializer.Serialize(new
    {
        Logging = new { LogLevel = new { Default = "Trace" } },
        LLMBlender = new
        {
            Discover = false,
            Gateway = new { Recording = new { Folder = folder.File("traffic") }, Callers = ((string[])[CallerKey, Poor]).Select(key => new { Name = key[..4], KeySha256 = Hash(key), SpendPerDay = key == Poor ? 20 : 1_000_000 }) },
            Backends = ((string[])["good", "echo", .. Forms.Select(static form => $"echo-{form.Name}")]).Select(name => new { Name = name, Model = name, models.Url, KeyFile = folder.File("key"), PromptPrice = 1_000_000, Attempts = 1 }),
            Panels = new object[]
            {
                new { Name = "good", Members = (string[])["good"], Fuser = "select", Record = true },
                new { Name = "forms", Members = (string[])["good", .. Forms.Select(static form => $"echo-{form.Name}")], Fuser = "select", Record = true },
                new { Name = "forms-bad", Members = Forms.Select(static form => $"echo-{form.Name}"), Fuser = "select" },
                new { Name = "mixed", Members = (string[])["good", "echo"], Fuser = "select" },
                new { Name = "bad", Members = (string[])["echo"], Fuser = "select" },
                new { Name = "ill-fused", Members = (string[])["good"], Samples = 2, Fuser = "echo" },
                new { Name = "ill-judged", Members = (string[])["good"], Samples = 2, Ranker = "echo", Fuser = "select" },
            },
        },
    });

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
