using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LLMBlender.Gateway.Authentication;
using LLMBlender.Local.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LLMBlender.Gateway.Tests.Callers;

public sealed class CallerTests
{
    private static readonly object Question = OpenAI.ChatTests.Chat("p");

    [Fact]
    public async Task Gate_WithCallers_TakesKnownKeysAndTheirLimits()
    {
        await using var gateway = await LiveGateway.StartAsync(new GatewayOptions
        {
            Callers =
            [
                Caller("free", "free-key"),
                Caller("seldom", "seldom-key", minute: 2),
                Caller("frugal", "frugal-key", spend: 0.00001m),
            ],
        });
        gateway.Models.On("one", "1 is the number");
        gateway.Use([gateway.Backend("one") with { PromptPrice = 1, CompletionPrice = 1 }], new PanelSettings { Name = "p", Members = ["one"] });

        var (nobody, wrong, free) = (await PostAsync(gateway, null), await PostAsync(gateway, "free-kez"), await PostAsync(gateway, "free-key"));
        var seldom = new[] { await PostAsync(gateway, "seldom-key"), await PostAsync(gateway, "seldom-key"), await PostAsync(gateway, "seldom-key") };
        var frugal = new[] { await PostAsync(gateway, "frugal-key"), await PostAsync(gateway, "frugal-key") };

        Assert.Equal(((401, "invalid_api_key"), (401, "invalid_api_key"), (200, null)), (nobody, wrong, free));
        Assert.Equal([(200, null), (200, null), (429, "rate_limit_exceeded")], seldom);
        Assert.Equal([(200, null), (429, "insufficient_quota")], frugal);
        using var live = await gateway.Http.GetAsync(new Uri("/", UriKind.Relative));
        Assert.True(live.IsSuccessStatusCode, "the page itself needs no key");
    }

    [Fact]
    public async Task Blend_OfWhatAnotherCallerAsked_DoesNotSaySo()
    {
        await using var gateway = await LiveGateway.StartAsync(new GatewayOptions { Callers = [Caller("one", "one-key"), Caller("two", "two-key")] });
        object request = new { instruction = "What?", candidates = (string[])["1 is the number", "2 is the number"], trace = true };

        var (first, asked, _) = await gateway.PostAsync("/v1/blend", request, "one-key");
        var (second, repeated, _) = await gateway.PostAsync("/v1/blend", request, "two-key");

        Assert.Equal((200, 200), (first, second));
        Assert.All([asked, repeated], static answer => Assert.Equal((2, 0), (
            answer.GetProperty("trace").GetProperty("comparisons").GetInt32(), answer.GetProperty("trace").GetProperty("reused").GetInt32())));
    }

    [Fact]
    public async Task Gate_CallerWithMaxConcurrency_RefusesWhatIsMoreAtOnce()
    {
        var busy = Caller("busy", "busy-key");
        busy.MaxConcurrency = 1;
        await using var gateway = await LiveGateway.StartAsync(new GatewayOptions { Callers = [busy, Caller("free", "free-key")] });
        var (reached, released) = (new TaskCompletionSource(), new TaskCompletionSource());
        gateway.Models.On("one", async call =>
        {
            reached.TrySetResult();
            await released.Task;
            await call.AnswerAsync("1 is the number");
        });
        gateway.Use([gateway.Backend("one")], new PanelSettings { Name = "p", Members = ["one"] });

        var first = PostAsync(gateway, "busy-key");
        await reached.Task;
        var second = await PostAsync(gateway, "busy-key");
        var other = PostAsync(gateway, "free-key");
        released.SetResult();

        Assert.Equal((429, "rate_limit_exceeded"), second);
        Assert.Equal([(200, null), (200, null), (200, null)], new[] { await first, await other, await PostAsync(gateway, "busy-key") });
    }

    [Fact]
    public async Task Gate_WrongKeys_AreLoggedWithTheirAddress()
    {
        await using var gateway = await LiveGateway.StartAsync(new GatewayOptions { Callers = [Caller("free", "free-key")] });

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal((401, "invalid_api_key"), await PostAsync(gateway, $"guess-{i}"));
        }

        var line = Assert.Single(gateway.Log.Lines, static line => line.Contains("had a key that is not known", StringComparison.Ordinal));
        Assert.Contains("4 requests of 127.0.0.1", line, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.Log.Lines, static line => line.Contains("guess-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/v1/rank", """{"instruction":"Which?","candidates":[{"text":"one"},{"text":"two"}],"ranker":"judge"}""")]
    [InlineData("/v1/compare", """{"instruction":"Which?","a":"one","b":"two","ranker":"judge"}""")]
    [InlineData("/v1/rerank", """{"query":"Which?","documents":["one","two"],"model":"judge"}""")]
    [InlineData("/rerank", """{"query":"Which?","texts":["one","two"],"model":"judge"}""")]
    [InlineData("/v1/fuse", """{"instruction":"Which?","candidates":[{"text":"one"},{"text":"two"}],"fuser":"judge"}""")]
    [InlineData("/v1/blend", """{"instruction":"Which?","panel":"p"}""")]
    [InlineData("/v1/blend", """{"instruction":"Which?","panel":"p","stream":true}""")]
    [InlineData("/v1/chat/completions", """{"model":"p","messages":[{"role":"user","content":"Which?"}]}""")]
    [InlineData("/v1/responses", """{"model":"p","input":"Which?"}""")]
    public async Task Gate_WhateverAsksAModel_IsSpent(string path, string body)
    {
        await using var gateway = await LiveGateway.StartAsync(new GatewayOptions { Callers = [Caller("frugal", "frugal-key", spend: 0.00001m)] });
        gateway.Models.On("judge", "A>B");
        gateway.Use([gateway.Backend("judge") with { PromptPrice = 1 }], new PanelSettings { Name = "p", Members = ["judge"] });

        var statuses = new[] { await PostAsync(gateway, path, body), await PostAsync(gateway, path, body) };

        Assert.Equal([200, 429], statuses);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Gate_OneOfTwoChoicesFails_TheOtherIsSpent(bool stream)
    {
        await using var gateway = await LiveGateway.StartAsync(new GatewayOptions { Callers = [Caller("frugal", "frugal-key", spend: 0.00001m)] });
        var (heard, calls) = (new TaskCompletionSource(), 0);
        gateway.Models.On("odd", async call =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                await call.AnswerAsync("1 is the number");
                return;
            }

            await heard.Task;
            await call.FailAsync(400, "no more");
        });
        gateway.Use([gateway.Backend("odd") with { PromptPrice = 1 }], new PanelSettings { Name = "p", Members = ["odd"], Fuser = "select" });
        using var request = Request("/v1/chat/completions", $$"""{"model":"p","n":2,"stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"Which?"}]}""");
        if (!stream)
        {
            heard.SetResult();
        }

        using var response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line.Contains("\"finish_reason\":\"stop\"", StringComparison.Ordinal))
            {
                // The stream's first failure ends the choices that are still being written.
                heard.SetResult();
            }
        }

        Assert.Equal((2, 429), (calls, (await PostAsync(gateway, "frugal-key")).Status));
    }

    [Theory]
    [InlineData("Origin", "https://evil.example", 403)]
    [InlineData("Host", "evil.example", 401)]
    [InlineData("Host", "localhost", 200)]
    [InlineData("X-Forwarded-For", "203.0.113.7", 401)]
    [InlineData("Forwarded", "for=203.0.113.7", 401)]
    [InlineData("X-Real-IP", "203.0.113.7", 401)]
    [InlineData("Via", "1.1 nginx", 401)]
    public async Task Gate_WithoutCallers_TakesOnlyWhatIsMeantForThisMachine(string header, string value, int expected)
    {
        await using var gateway = await LiveGateway.StartAsync();
        gateway.Models.On("one", "1 is the number");
        gateway.Use([gateway.Backend("one")], new PanelSettings { Name = "p", Members = ["one"] });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = JsonContent.Create(Question) };
        request.Headers.TryAddWithoutValidation(header, value);

        using var response = await gateway.Http.SendAsync(request);

        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal(expected == 200 ? 1 : 0, gateway.Models.Calls.Count);
    }

    [Fact]
    public async Task Gate_BodyTooLarge_IsRefused()
    {
        await using var gateway = await LiveGateway.StartAsync(new GatewayOptions { MaxRequestBytes = 2048 });

        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", OpenAI.ChatTests.Chat(new string('x', 4000)));

        Assert.Equal((413, "request_too_large"), (status, body.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Route_WithoutMetadata_NeedsAKey()
    {
        await using var gateway = await LiveGateway.StartAsync(
            new GatewayOptions { Callers = [Caller("me", "my-key")] }, map: static app => app.MapGet("/v9/new", static () => "open"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v9/new");
        request.Headers.Add("x-api-key", "my-key");

        using var closed = await gateway.Http.GetAsync(new Uri("/v9/new", UriKind.Relative));
        using var open = await gateway.Http.SendAsync(request);

        Assert.Equal((401, "Bearer"), ((int)closed.StatusCode, closed.Headers.WwwAuthenticate.ToString()));
        Assert.Equal("invalid_api_key", (await closed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("open", await open.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task PublicRoutes_WithCallers_NeedNoKey()
    {
        await using var gateway = await LiveGateway.StartAsync(new GatewayOptions { Callers = [Caller("me", "my-key")] });

        foreach (var path in (string[])["/", "/page/app.js", "/status.html", "/openapi/v1.json"])
        {
            using var response = await gateway.Http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.True(response.IsSuccessStatusCode, $"{path} answered {response.StatusCode}");
        }
    }

    [Fact]
    public void Options_Defaults_AreClosed()
    {
        var options = new GatewayOptions();

        Assert.Equal((false, 8L * 1024 * 1024), (options.AllowAnonymous, options.MaxRequestBytes));
        Assert.Empty(options.Callers);
        Assert.Empty(options.AllowedOrigins);
        Assert.True(new GatewayOptionsValidator().Validate(null, options).Succeeded);
    }

    [Fact]
    public async Task Options_BrokenRule_StopsTheStart()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["LLMBlender:Gateway:MaxRequestBytes"] = "10";
        builder.AddLLMBlenderGateway();

        var error = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
        {
            await using var app = builder.Build();
            await app.StartAsync();
        });

        Assert.Equal("LLMBlender:Gateway:MaxRequestBytes is \"10\", and must be at least 1024", error.Message);
    }

    [Theory]
    [InlineData("evil.example", "http://evil.example", 403)]
    [InlineData("llmblender.example", "http://llmblender.example", 200)]
    [InlineData("llmblender", "http://llmblender", 200)]
    [InlineData("evil.example", null, 200)]
    public async Task Gate_Anonymous_ServesPagesOfItsOwnNamesOnly(string host, string? origin, int expected)
    {
        await using var gateway = await LiveGateway.StartAsync(new GatewayOptions { AllowAnonymous = true, AllowedHosts = ["llmblender.example"] });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Host = host;
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        using var response = await gateway.Http.SendAsync(request);

        Assert.Equal(expected, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"p","messages":[{"role":"user","content":"Which?"}],"response_format":{"type":"json_object"}}""")]
    [InlineData("/v1/chat/completions", """{"model":"p","stream":true,"messages":[{"role":"user","content":"Which?"}],"response_format":{"type":"json_object"}}""")]
    [InlineData("/v1/blend", """{"panel":"quorum","instruction":"Which?"}""")]
    public async Task Gate_RequestThatFailsAfterItsMembersAnswered_IsSpent(string path, string body)
    {
        await using var gateway = await LiveGateway.StartAsync(new GatewayOptions { Callers = [Caller("frugal", "frugal-key", spend: 0.00001m)] });
        gateway.Models.On("one", "1 is the number");
        gateway.Models.On("bad", static call => call.FailAsync(400, "no"));
        gateway.Use(
            [gateway.Backend("one") with { PromptPrice = 1 }, gateway.Backend("bad")],
            new PanelSettings { Name = "p", Members = ["one"], Passes = ["response_format"] },
            new PanelSettings { Name = "quorum", Members = ["one", "bad"], Quorum = 2 });

        var statuses = new[] { await PostAsync(gateway, path, body), await PostAsync(gateway, path, body) };

        Assert.NotEqual(200, statuses[0]);
        Assert.Equal(429, statuses[1]);
    }

    [Fact]
    public async Task Gate_ClientLeavesTheStream_ItsMembersAreSpent()
    {
        await using var gateway = await LiveGateway.StartAsync(new GatewayOptions { Callers = [Caller("frugal", "frugal-key", spend: 0.00001m)] });
        gateway.Models.On("one", "1 is the number");
        gateway.Models.On("slow", static call => call.HangAsync());
        gateway.Use([gateway.Backend("one") with { PromptPrice = 1 }, gateway.Backend("slow")], new PanelSettings { Name = "p", Members = ["one", "one"], Fuser = "slow" });
        using (var request = Request("/v1/blend", """{"panel":"p","instruction":"Which?","stream":true}"""))
        using (var response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        using (var reader = new StreamReader(await response.Content.ReadAsStreamAsync()))
        {
            while (await reader.ReadLineAsync() is { } line && line != "event: fusing")
            {
            }
        }

        Assert.Equal(429, await PostAsync(gateway, "/v1/blend", """{"panel":"p","instruction":"Which?"}"""));
    }

    [Fact]
    public async Task Gate_ParallelRequests_ReserveTheBudget()
    {
        await using var gateway = await LiveGateway.StartAsync(new GatewayOptions { Callers = [Caller("frugal", "frugal-key", spend: 0.00001m)] });
        var go = new TaskCompletionSource();
        gateway.Models.On("one", async call =>
        {
            await go.Task;
            await call.AnswerAsync("1 is the number");
        });
        gateway.Use([gateway.Backend("one") with { PromptPrice = 1 }], new PanelSettings { Name = "p", Members = ["one"] });

        var all = Enumerable.Range(0, 30).Select(_ => PostAsync(gateway, "frugal-key")).ToList();
        while (all.Count(static one => one.IsCompleted) < 20)
        {
            await Task.WhenAny(all.Where(static one => !one.IsCompleted));
        }

        go.SetResult();
        var statuses = await Task.WhenAll(all);

        Assert.Equal(10, statuses.Count(static one => one.Status == 200));
        Assert.All(statuses.Where(static one => one.Status != 200), static one => Assert.Equal((429, "insufficient_quota"), one));
    }

    [Theory]
    [InlineData("/v1/blend", """{"panel":"other","instruction":"Which?"}""", "panel")]
    [InlineData("/v1/chat/completions", """{"model":"other","stream":true,"messages":[{"role":"user","content":"Which?"}]}""", "panel")]
    [InlineData("/v1/rank", """{"instruction":"Which?","candidates":[{"text":"one"},{"text":"two"}],"ranker":"one"}""", "ranker")]
    [InlineData("/v1/fuse", """{"instruction":"Which?","candidates":[{"text":"one"},{"text":"two"}],"fuser":"one"}""", "fuser")]
    public async Task Gate_NameThatACallerMayNotUse_IsForbidden(string path, string body, string parameter)
    {
        var caller = Caller("frugal", "frugal-key");
        (caller.Panels, caller.Rankers, caller.Fusers) = (["p"], [], []);
        await using var gateway = await LiveGateway.StartAsync(new GatewayOptions { Callers = [caller] });
        gateway.Models.On("one", "1 is the number");
        gateway.Use([gateway.Backend("one")], new PanelSettings { Name = "p", Members = ["one"] }, new PanelSettings { Name = "other", Members = ["one"] });

        var (status, error, _) = await gateway.PostAsync(path, JsonElement.Parse(body), "frugal-key");

        Assert.Equal((403, parameter), (status, error.GetProperty("error").GetProperty("param").GetString()));
        Assert.Equal(200, await PostAsync(gateway, "/v1/blend", """{"panel":"p","instruction":"Which?"}"""));
        Assert.Single(gateway.Models.Calls);
    }

    [Fact]
    public async Task Judge_MoreCandidatesThanItJudges_AreRefusedBeforeAnybodyIsAsked()
    {
        await using var gateway = await LiveGateway.StartAsync();
        gateway.Models.On("judge", "A>>B");
        gateway.Use([gateway.Backend("judge")], new PanelSettings { Name = "p", Members = ["judge"] });

        var (status, error, _) = await gateway.PostAsync("/v1/rank", new { instruction = "Which?", ranker = "judge", candidates = Enumerable.Range(0, 64).Select(static i => new { text = $"{i}" }) });

        Assert.Equal((400, "candidates"), (status, error.GetProperty("error").GetProperty("param").GetString()));
        Assert.Empty(gateway.Models.Calls);
    }

    [Fact]
    public void Registry_ChangedConfiguration_AppliesUnlessItIsInvalidOrEmpty()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["LLMBlender:Gateway:Callers:0:Name"] = "one", ["LLMBlender:Gateway:Callers:0:KeySha256"] = Caller("one", "k1").KeySha256,
            ["LLMBlender:Gateway:Callers:1:Name"] = "leaked", ["LLMBlender:Gateway:Callers:1:KeySha256"] = Caller("leaked", "k2").KeySha256,
        }).Build();
        var options = configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>()!;
        using var registry = new CallerRegistry(Options.Create(options), TimeProvider.System, NullLogger<CallerRegistry>.Instance, null, configuration);
        var one = registry.Find("k1");

        configuration["LLMBlender:Gateway:Callers:1:KeySha256"] = Caller("new", "k3").KeySha256;
        configuration.Reload();
        Assert.Equal((one, null, "leaked"), (registry.Find("k1"), registry.Find("k2"), registry.Find("k3")?.Name));

        configuration["LLMBlender:Gateway:Callers:0:KeySha256"] = "broken";
        configuration.Reload();
        Assert.NotNull(registry.Find("k1"));

        foreach (var key in configuration.AsEnumerable().Where(static pair => pair.Value is not null).Select(static pair => pair.Key))
        {
            configuration[key] = null;
        }

        configuration.Reload();
        Assert.False(registry.IsEmpty);
    }

    [Fact]
    public void Settings_KeyInsteadOfItsHash_IsNamedAndNotShown()
    {
        var settings = new GatewayOptions { Callers = [new CallerOptions { Name = "me", KeySha256 = "sk-very-secret" }] };

        var failure = new GatewayOptionsValidator().Validate(null, settings).FailureMessage;

        Assert.StartsWith("LLMBlender:Gateway:Callers:0:KeySha256 has 14 characters", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-very-secret", failure, StringComparison.Ordinal);
    }

    private static CallerOptions Caller(string name, string key, int? minute = null, decimal? spend = null) => new()
    {
        Name = name,
        KeySha256 = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key))),
        RequestsPerMinute = minute,
        SpendPerDay = spend,
    };

    private static async Task<int> PostAsync(LiveGateway gateway, string path, string body)
    {
        using var request = Request(path, body);
        using var response = await gateway.Http.SendAsync(request);
        await response.Content.ReadAsStringAsync();
        return (int)response.StatusCode;
    }

    private static HttpRequestMessage Request(string path, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", "frugal-key");
        return request;
    }

    private static async Task<(int Status, string? Code)> PostAsync(LiveGateway gateway, string? key)
    {
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", Question, key);
        return (status, body.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : null);
    }
}
