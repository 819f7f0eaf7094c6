using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LLMBlender.Local.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
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

        foreach (var path in (string[])["/", "/app.js", "/status.html", "/openapi/v1.json"])
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
