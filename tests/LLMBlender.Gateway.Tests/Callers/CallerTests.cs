using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using LLMBlender.Gateway.Callers;
using LLMBlender.Silo.Backends;

namespace LLMBlender.Gateway.Tests.Callers;

public sealed class CallerTests
{
    private static readonly object Question = OpenAI.ChatTests.Chat("p");

    [Fact]
    public async Task Gate_WithCallers_TakesKnownKeysAndTheirLimits()
    {
        await using var gateway = await LiveGateway.StartAsync(new GatewaySettings
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
        await using var gateway = await LiveGateway.StartAsync(new GatewaySettings { MaxRequestBytes = 2048 });

        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", OpenAI.ChatTests.Chat(new string('x', 4000)));

        Assert.Equal((413, "request_too_large"), (status, body.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public void Settings_KeyInsteadOfItsHash_IsNamedAndNotShown()
    {
        var settings = new GatewaySettings { Callers = [new CallerSettings { Name = "me", KeySha256 = "sk-very-secret" }] };

        var error = Assert.Throws<ArgumentException>(() => settings.Check("LLMBlender:Gateway"));

        Assert.StartsWith("LLMBlender:Gateway:Callers:0:KeySha256 has 14 characters", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-very-secret", error.Message, StringComparison.Ordinal);
    }

    private static CallerSettings Caller(string name, string key, int? minute = null, decimal? spend = null) => new()
    {
        Name = name,
        KeySha256 = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key))),
        RequestsPerMinute = minute,
        SpendPerDay = spend,
    };

    private static async Task<(int Status, string? Code)> PostAsync(LiveGateway gateway, string? key)
    {
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", Question, key);
        return (status, body.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : null);
    }
}
