using System.Net.Http.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.Callers;

/// <summary>Pages of other sites.</summary>
public sealed class OriginTests
{
    private const string Friend = "https://app.example";

    [Theory]
    [InlineData(Friend, 200, Friend)]
    [InlineData("https://evil.example", 403, null)]
    [InlineData("https://app.example.evil.example", 403, null)]
    public async Task Gate_OtherSitesPage_MayAskWhereItsOriginIsAllowed(string origin, int expected, string? allowed)
    {
        await using var gateway = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = JsonContent.Create(OpenAI.ChatTests.Chat("p")) };
        request.Headers.TryAddWithoutValidation("Origin", origin);

        using var response = await gateway.Http.SendAsync(request);

        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal(allowed, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? Assert.Single(values) : null);
    }

    [Theory]
    [InlineData(Friend, true)]
    [InlineData("https://evil.example", false)]
    public async Task Gate_Preflight_NeedsNoKeyAndNamesAllowedOriginsAlone(string origin, bool isAllowed)
    {
        await using var gateway = await StartAsync(new CallerOptions { Name = "me", KeySha256 = new string('a', 64) });
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/chat/completions");
        request.Headers.TryAddWithoutValidation("Origin", origin);
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", "POST");
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Headers", "authorization,content-type,x-stainless-lang");

        using var response = await gateway.Http.SendAsync(request);

        Assert.Equal(isAllowed, response.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal(isAllowed, response.Headers.TryGetValues("Access-Control-Allow-Headers", out var names) && names.Single().Contains("authorization", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("null")]
    [InlineData("app.example")]
    [InlineData("https://app.example/")]
    [InlineData("https://app.example/page")]
    [InlineData("file:///page.html")]
    public void Settings_NoOrigin_IsNamed(string origin)
    {
        var failure = new GatewayOptionsValidator().Validate(null, new GatewayOptions { AllowedOrigins = [Friend, origin] }).FailureMessage;

        Assert.StartsWith($"LLMBlender:Gateway:AllowedOrigins:1 is \"{origin}\", and must be", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("app://obsidian.md")]
    [InlineData("chrome-extension://abcdefghijklmnop")]
    [InlineData("tauri://localhost")]
    [InlineData("vscode-webview://0a1b")]
    [InlineData("capacitor://localhost")]
    public void Settings_OriginOfAnApp_IsAllowed(string origin)
    {
        var options = new GatewayOptions { AllowedOrigins = [origin] };

        Assert.True(new GatewayOptionsValidator().Validate(null, options).Succeeded);
        Assert.True(options.Allows(origin));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("null")]
    public void Settings_AnyOrigin_NeedsCallers(string origin)
    {
        var options = new GatewayOptions { AllowedOrigins = [origin], Callers = [new CallerOptions { Name = "me", KeySha256 = new string('a', 64) }] };

        Assert.True(new GatewayOptionsValidator().Validate(null, options).Succeeded);
        Assert.True(options.Allows("null"));
    }

    private static async Task<LiveGateway> StartAsync(params CallerOptions[] callers)
    {
        var gateway = await LiveGateway.StartAsync(new GatewayOptions { AllowedOrigins = [Friend], Callers = callers });
        gateway.Models.On("one", "1 is the number");
        gateway.Use([gateway.Backend("one")], new PanelSettings { Name = "p", Members = ["one"] });
        return gateway;
    }
}
