using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LLMBlender.Gateway.Caching;
using LLMBlender.Local.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace LLMBlender.Gateway.Tests.Caching;

/// <summary>Answers that are given again, through the whole server.</summary>
public sealed class AnswerCacheTests
{
    private static readonly PanelSettings Kept = new() { Name = "p", Members = ["one", "two"], Fuser = "select", Cache = TimeSpan.FromMinutes(10) };

    public static TheoryData<string, object> Requests => new()
    {
        { "/v1/chat/completions", OpenAI.ChatTests.Chat("p") },
        { "/v1/responses", new { model = "p", input = "Which?", store = false } },
        { "/v1/messages", new { model = "p", max_tokens = 100, messages = new[] { new { role = "user", content = "Which?" } } } },
        { "/v1/blend", new { panel = "p", instruction = "Which?" } },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Ask_Twice_TheSecondIsAHitWithoutCalls(string path, object body)
    {
        await using var gateway = await StartAsync();
        gateway.Use(Greedy(gateway), Kept);

        var (_, first, missed) = await gateway.PostAsync(path, body);
        var (_, second, hit) = await gateway.PostAsync(path, body);

        Assert.Equal(("miss", "2", "0.00003"), (Header(missed, AnswerFacts.Cache), Header(missed, AnswerFacts.Calls), Header(missed, AnswerFacts.Cost)));
        Assert.Equal(("hit", "0", "0"), (Header(hit, AnswerFacts.Cache), Header(hit, AnswerFacts.Calls), Header(hit, AnswerFacts.Cost)));
        Assert.Equal("two", Header(hit, AnswerFacts.ServedBy));
        Assert.True(double.Parse(Header(hit, AnswerFacts.Overhead)!, System.Globalization.CultureInfo.InvariantCulture) >= 0);
        Assert.Equal(2, gateway.Models.Calls.Count);
        Assert.Equal(Text(first), Text(second));
    }

    [Fact]
    public async Task Stream_OfAKeptAnswer_IsReplayed()
    {
        await using var gateway = await StartAsync();
        gateway.Use(Greedy(gateway), Kept);
        var (_, whole, _) = await gateway.PostAsync("/v1/chat/completions", OpenAI.ChatTests.Chat("p"));

        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = JsonContent.Create(OpenAI.ChatTests.Chat("p", stream: true)) };
        using var response = await gateway.Http.SendAsync(request);
        var chunks = (await response.Content.ReadAsStringAsync()).Split('\n').Where(static line => line.StartsWith("data: {", StringComparison.Ordinal))
            .Select(static line => JsonDocument.Parse(line[6..]).RootElement.GetProperty("choices")[0]).ToList();

        Assert.Equal("hit", Header(response, AnswerFacts.Cache));
        Assert.Equal(2, gateway.Models.Calls.Count);
        Assert.Equal(
            whole.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(),
            string.Concat(chunks.Select(static chunk => chunk.GetProperty("delta").TryGetProperty("content", out var text) ? text.GetString() : "")));
        Assert.Equal("stop", chunks[^1].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Stream_ThatIsRead_IsKept()
    {
        await using var gateway = await StartAsync();
        gateway.Use(Greedy(gateway), Kept);

        var events = await gateway.StreamAsync("/v1/blend", new { panel = "p", instruction = "Which?", stream = true });
        var again = await gateway.StreamAsync("/v1/blend", new { panel = "p", instruction = "Which?", stream = true });

        Assert.Contains(events, static item => item.Name == "member");
        Assert.Equal(["answer", "done"], again.Select(static item => item.Name));
        Assert.Equal(2, gateway.Models.Calls.Count);
    }

    [Fact]
    public async Task Ask_Sampled_IsKeptOnlyWhereThePanelSaysSo()
    {
        await using var gateway = await StartAsync();
        BackendSettings[] sampled = [gateway.Backend("one"), gateway.Backend("two")];
        gateway.Use(sampled, Kept, Kept with { Name = "q", CacheSampled = true });

        var bypassed = await TwiceAsync(gateway, OpenAI.ChatTests.Chat("p"));
        var greedy = await TwiceAsync(gateway, new { model = "p", temperature = 0, messages = new[] { new { role = "user", content = "Which?" } } });
        var said = await TwiceAsync(gateway, OpenAI.ChatTests.Chat("q"));

        Assert.Equal(["bypass", "bypass"], bypassed);
        Assert.Equal(["miss", "hit"], greedy);
        Assert.Equal(["miss", "hit"], said);
    }

    [Theory]
    [InlineData("cut", 3)]
    [InlineData("failed", 3)]
    [InlineData("whole", 1)]
    public async Task Ask_AnswerThatIsCutOrHasAFailedMember_IsNotKept(string kind, int calls)
    {
        await using var gateway = await StartAsync();
        gateway.Models.On("one", call => kind switch
        {
            "cut" => call.AnswerAsync("1 is the", finishReason: "length"),
            "failed" => call.FailAsync(400, "no"),
            _ => call.AnswerAsync("1 is the number"),
        });
        gateway.Use(Greedy(gateway), Kept with { Members = kind == "failed" ? ["one", "two"] : ["one"] });

        for (var i = 0; i < 3; i++)
        {
            var (status, _, _) = await gateway.PostAsync("/v1/chat/completions", OpenAI.ChatTests.Chat("p"));
            Assert.Equal(200, status);
        }

        Assert.Equal(calls, gateway.Models.CallsOf("one").Count);
    }

    [Fact]
    public async Task Ask_AfterTheSettingsChanged_IsAMiss()
    {
        await using var gateway = await StartAsync();
        gateway.Use(Greedy(gateway), Kept);
        var before = await TwiceAsync(gateway, OpenAI.ChatTests.Chat("p"));

        gateway.Use(Array.ConvertAll(Greedy(gateway), static backend => backend with { MaxTokens = 99 }), Kept);
        var backend = await UntilAsync(gateway, "miss");
        gateway.Use(Array.ConvertAll(Greedy(gateway), static backend => backend with { MaxTokens = 99 }), Kept with { TopK = 2 });
        var panel = await UntilAsync(gateway, "miss");
        gateway.Use(Greedy(gateway), Kept);
        var back = await UntilAsync(gateway, "hit");

        Assert.Equal(["miss", "hit"], before);
        Assert.Equal((true, true, true), (backend, panel, back));

        // The gateway knows the panels as they were up to a second ago.
        static async Task<bool> UntilAsync(LiveGateway gateway, string expected)
        {
            var asked = gateway.Models.Calls.Count;
            for (var i = 0; i < 500; i++)
            {
                var (_, _, response) = await gateway.PostAsync("/v1/chat/completions", OpenAI.ChatTests.Chat("p"));
                if (Header(response, AnswerFacts.Cache) == expected && (expected == "hit" || gateway.Models.Calls.Count > asked))
                {
                    return true;
                }

                await Task.Delay(20);
            }

            return false;
        }
    }

    [Fact]
    public async Task Ask_AnotherCaller_GetsWhatIsKeptOnlyWhereItIsShared()
    {
        await using var gateway = await StartAsync(
            new GatewayOptions { Callers = [Caller("me", "my-key"), Caller("you", "your-key"), Caller("nobody", "no-key", panels: [])] });
        gateway.Use(Greedy(gateway), Kept, Kept with { Name = "q", CacheShared = true });

        string?[] own = [await AskAsync("p", "my-key"), await AskAsync("p", "your-key"), await AskAsync("p", "my-key"), await AskAsync("p", "your-key")];
        string?[] shared = [await AskAsync("q", "my-key"), await AskAsync("q", "your-key"), await AskAsync("q", "no-key")];

        Assert.Equal(["200 miss", "200 miss", "200 hit", "200 hit"], own);
        Assert.Equal(["200 miss", "200 hit", "403 "], shared);

        async Task<string> AskAsync(string panel, string key)
        {
            var (status, _, response) = await gateway.PostAsync("/v1/chat/completions", OpenAI.ChatTests.Chat(panel), key);
            return $"{status} {Header(response, AnswerFacts.Cache)}";
        }
    }

    [Fact]
    public async Task Ask_AKeptAnswer_IsNotSpent()
    {
        await using var gateway = await StartAsync(new GatewayOptions { Callers = [Caller("frugal", "frugal-key", spend: 0.00001m)] });
        gateway.Use(Greedy(gateway), Kept);

        var statuses = new List<int>();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            statuses.Add((await gateway.PostAsync("/v1/chat/completions", OpenAI.ChatTests.Chat("p"), "frugal-key")).Status);
        }

        // The first request spent the budget, and a kept answer is not a way around it.
        Assert.Equal([200, 429], statuses);
    }

    [Fact]
    public async Task Ask_RequestThatSaysSo_UsesTheCacheOrNot()
    {
        await using var gateway = await StartAsync();
        gateway.Use(Greedy(gateway), Kept, Kept with { Name = "q", CacheOnRequest = true });

        var refused = await TwiceAsync(gateway, OpenAI.ChatTests.Chat("p", new { cache = false }));
        var silent = await TwiceAsync(gateway, OpenAI.ChatTests.Chat("q"));
        var asked = await TwiceAsync(gateway, OpenAI.ChatTests.Chat("q", new { cache = true }));
        var several = await TwiceAsync(gateway, new { model = "p", n = 2, messages = new[] { new { role = "user", content = "Which?" } } });
        var given = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", candidates = new[] { "a", "b" } });

        Assert.Equal(["bypass", "bypass"], refused);
        Assert.Equal(["bypass", "bypass"], silent);
        Assert.Equal(["miss", "hit"], asked);
        Assert.Equal(["bypass", "bypass"], several);
        Assert.Equal("off", Header(given.Response, AnswerFacts.Cache));
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"p","temperature":0.0,"messages":[{"role":"user","content":"Which?"}]}""")]
    [InlineData("/v1/chat/completions", """{"model":"p","seed":7,"messages":[{"role":"user","content":"Which?"}]}""")]
    [InlineData("/v1/chat/completions", """{"model":"p","messages":[{"role":"user","content":"Which? "}]}""")]
    [InlineData("/v1/chat/completions", """{"model":"p","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Which?"}]}""")]
    [InlineData("/v1/chat/completions", """{"model":"p","max_tokens":50,"messages":[{"role":"user","content":"Which?"}]}""")]
    [InlineData("/v1/chat/completions", """{"model":"p","reasoning_effort":"low","messages":[{"role":"user","content":"Which?"}]}""")]
    [InlineData("/v1/chat/completions", """{"model":"p","llmblender":{"trace":true},"messages":[{"role":"user","content":"Which?"}]}""")]
    [InlineData("/v1/blend", """{"panel":"p","instruction":"Which?","top_k":2}""")]
    [InlineData("/v1/blend", """{"panel":"p","instruction":"Which?","ranker":"two"}""")]
    public async Task Ask_RequestThatDiffers_IsAMiss(string path, string body)
    {
        await using var gateway = await StartAsync();
        gateway.Models.On("two", "A>B");
        gateway.Use(Greedy(gateway), Kept);
        await gateway.PostAsync("/v1/chat/completions", JsonSerializer.Deserialize<JsonElement>("""{"model":"p","messages":[{"role":"user","content":"Which?"}]}"""));
        await gateway.PostAsync("/v1/blend", new { panel = "p", instruction = "Which?" });

        var (_, _, response) = await gateway.PostAsync(path, JsonSerializer.Deserialize<JsonElement>(body));

        Assert.Equal("miss", Header(response, AnswerFacts.Cache));
    }

    [Fact]
    public async Task Ask_WhileTheStoreIsGone_AnswersWithoutIt()
    {
        await using var gateway = await StartAsync(store: new GoneStore());
        gateway.Use(Greedy(gateway), Kept);

        var results = await TwiceAsync(gateway, OpenAI.ChatTests.Chat("p"));

        Assert.Equal(["miss", "miss"], results);
        Assert.Equal(4, gateway.Models.Calls.Count);
    }

    [Fact]
    public async Task Ask_WhileTheStoreIsPoisoned_AnswersWithoutIt()
    {
        var store = new PoisonedStore();
        await using var gateway = await StartAsync(store: store);
        gateway.Use(Greedy(gateway), Kept);
        await gateway.PostAsync("/v1/chat/completions", OpenAI.ChatTests.Chat("p", new { trace = true }));
        await gateway.PostAsync("/v1/chat/completions", OpenAI.ChatTests.Chat("p"));
        store.Swap();

        var results = await TwiceAsync(gateway, OpenAI.ChatTests.Chat("p"));

        Assert.Equal(["miss", "hit"], results);
        Assert.Equal(6, gateway.Models.Calls.Count);
    }

    private static async Task<LiveGateway> StartAsync(GatewayOptions? options = null, IAnswerStore? store = null)
    {
        var gateway = await LiveGateway.StartAsync(options, services: services =>
        {
            if (store is not null)
            {
                services.AddSingleton(store);
            }
        });
        gateway.Models.On("one", "1 is the number");
        gateway.Models.On("two", "2 is the number");
        return gateway;
    }

    private static BackendSettings[] Greedy(LiveGateway gateway) =>
        [.. ((string[])["one", "two"]).Select(name => gateway.Backend(name) with { Temperature = 0, PromptPrice = 1, CompletionPrice = 1 })];

    private static async Task<string?[]> TwiceAsync(LiveGateway gateway, object body)
    {
        var (_, _, first) = await gateway.PostAsync("/v1/chat/completions", body);
        var (_, _, second) = await gateway.PostAsync("/v1/chat/completions", body);
        return [Header(first, AnswerFacts.Cache), Header(second, AnswerFacts.Cache)];
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.Single() : null;

    private static string Text(JsonElement body) => body.TryGetProperty("choices", out var choices) ? choices[0].GetProperty("message").GetProperty("content").GetString()!
        : body.TryGetProperty("answer", out var answer) ? answer.GetString()!
        : body.TryGetProperty("output", out var output) ? output[0].GetProperty("content")[0].GetProperty("text").GetString()!
        : body.GetProperty("content")[0].GetProperty("text").GetString()!;

    private static CallerOptions Caller(string name, string key, decimal? spend = null, string[]? panels = null) =>
        new() { Name = name, KeySha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), SpendPerDay = spend, Panels = panels };

    private sealed class GoneStore : IAnswerStore
    {
        public ValueTask<byte[]?> ReadAsync(string key) => throw new AnswerStoreException("gone", new TimeoutException());

        public ValueTask WriteAsync(string key, byte[] entry, TimeSpan lifetime) => throw new AnswerStoreException("gone", new TimeoutException());
    }

    /// <summary>A store in which another program exchanges the entries of two keys.</summary>
    private sealed class PoisonedStore : IAnswerStore
    {
        private readonly ConcurrentDictionary<string, byte[]> entries = new();

        public void Swap()
        {
            var (first, second) = (entries.Keys.First(), entries.Keys.Last());
            (entries[first], entries[second]) = (entries[second], entries[first]);
        }

        public ValueTask<byte[]?> ReadAsync(string key) => new(entries.GetValueOrDefault(key));

        public ValueTask WriteAsync(string key, byte[] entry, TimeSpan lifetime)
        {
            entries[key] = entry;
            return ValueTask.CompletedTask;
        }
    }
}
