using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LLMBlender.Local.Settings;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway.Tests.Anthropic;

/// <summary>Errors have the format of the API that a request is for, whoever writes them.</summary>
public sealed class ErrorFormatTests
{
    private const string Key = "free-key";
    private const string Body = """{"model":"p","max_tokens":5,"messages":[{"role":"user","content":"?"}]}""";

    [Fact]
    public async Task Error_BelowMessages_HasAnthropicsFormatAndOpenAIsElsewhere()
    {
        await using var gateway = await LiveGateway.StartAsync(
            new GatewayOptions { MaxRequestBytes = 2048, Callers = [Caller("free", Key, 1000), Caller("seldom", "seldom-key", 1)] });
        gateway.Models.On("failing", static call => call.FailAsync(429, "slow", "7"));
        gateway.Use([gateway.Backend("failing") with { Attempts = 1 }], new PanelSettings { Name = "p", Members = ["failing"] });

        (string Method, string Below, string Body, string? Key, int Status, string Anthropic, string OpenAI)[] cases =
        [
            ("POST", "", Body, null, 401, "authentication_error", "invalid_request_error"),
            ("POST", "", Body, "wrong", 401, "authentication_error", "invalid_request_error"),
            ("POST", "", "{\"model\":", Key, 400, "invalid_request_error", "invalid_request_error"),
            ("POST", "", "[1]", Key, 400, "invalid_request_error", "invalid_request_error"),
            ("POST", "", $"{{\"x\":\"{new string('x', 3000)}\"}}", Key, 413, "request_too_large", "invalid_request_error"),
            ("POST", "", Body, Key, 429, "rate_limit_error", "overloaded_error"),
            ("POST", "", Body.Replace("\"p\"", "\"q\"", StringComparison.Ordinal), Key, 404, "not_found_error", "invalid_request_error"),
            ("POST", "/batches/x", Body, Key, 404, "not_found_error", "invalid_request_error"),
            ("DELETE", "", "", Key, 405, "invalid_request_error", "invalid_request_error"),
        ];
        foreach (var (method, below, body, key, expected, anthropic, openAI) in cases)
        {
            var (status, error) = await SendAsync(gateway, method, $"/v1/messages{below}", body, key);
            Assert.Equal((expected, "error", anthropic), (status, error.GetProperty("type").GetString(), error.GetProperty("error").GetProperty("type").GetString()));
            (status, error) = await SendAsync(gateway, method, $"/v1/chat/completions{below}", body, key);
            Assert.Equal((expected, openAI), (status, error.GetProperty("error").GetProperty("type").GetString()));
            Assert.False(error.TryGetProperty("type", out _));
        }

        await SendAsync(gateway, "POST", "/v1/messages", Body, "seldom-key");
        var (limited, limit) = await SendAsync(gateway, "POST", "/v1/messages", Body, "seldom-key");
        Assert.Equal((429, "error", "rate_limit_error"), (limited, limit.GetProperty("type").GetString(), limit.GetProperty("error").GetProperty("type").GetString()));
    }

    [Theory]
    [InlineData("/v1/messages", "error")]
    [InlineData("/v1/messages/count_tokens", "error")]
    [InlineData("/v1/chat/completions", null)]
    public async Task Overloaded_HasTheFormatOfThePath(string path, string? type)
    {
        var context = new DefaultHttpContext();
        context.Request.Path = path;
        using var written = new MemoryStream();
        context.Response.Body = written;

        await GatewayExtensions.WriteOverloadedAsync(context, "full");
        await context.Response.BodyWriter.FlushAsync(TestContext.Current.CancellationToken);

        var body = JsonElement.Parse(written.ToArray());
        Assert.Equal((503, "1", type), (
            context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString(), body.TryGetProperty("type", out var outer) ? outer.GetString() : null));
        Assert.Equal(("full", "overloaded"), (body.GetProperty("error").GetProperty("message").GetString(), body.GetProperty("error").GetProperty("code").GetString()));
    }

    private static async Task<(int Status, JsonElement Body)> SendAsync(LiveGateway gateway, string method, string path, string body, string? key)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        request.Content = body.Length == 0 ? null : new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        using var response = await gateway.Http.SendAsync(request);
        return ((int)response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync()));
    }

    private static CallerOptions Caller(string name, string key, int minute) =>
        new() { Name = name, KeySha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), RequestsPerMinute = minute };
}
