using System.Security.Cryptography;
using System.Text;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.Callers;

/// <summary>Keys and prompts that must turn up nowhere they have no business.</summary>
public sealed class CanaryTests
{
    private const string BackendKey = "sk-canary-7f3e9a1c5b";
    private const string CallerKey = "caller-canary-2d8b4f6a";
    private const string Prompt = "prompt-canary-90ab";

    [Fact]
    public async Task Canaries_WhateverBackendsDo_AreInNoLogAndNoResponse()
    {
        var settings = new GatewayOptions
        {
            Callers = [new CallerOptions { Name = "me", KeySha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CallerKey))) }],
        };
        await using var gateway = await LiveGateway.StartAsync(settings, BackendKey);
        gateway.Models.On("good", "1 is the number");
        gateway.Models.On("echo", call => call.FailAsync(401, $"Incorrect API key provided: {call.Authorization}"));
        gateway.Models.On("echo-200", call => call.JsonAsync($"{{\"error\":{{\"message\":\"bad key {BackendKey}\"}}}}"));
        gateway.Models.On("echo-type", call =>
        {
            call.Context.Response.ContentType = $"text/{BackendKey}";
            return call.RawAsync("x");
        });
        gateway.Models.On("echo-500", call => call.JsonAsync($"trace: Authorization: Bearer {BackendKey}", 500));
        string[] bad = ["echo", "echo-200", "echo-type", "echo-500"];
        gateway.Use(
            [gateway.Backend("good"), .. bad.Select(gateway.Backend), gateway.Backend("nowhere") with { Url = "http://no-such-host.invalid/v1" }],
            new PanelSettings { Name = "mixed", Members = ["good", .. bad, "nowhere"] },
            new PanelSettings { Name = "bad", Members = [.. bad, "nowhere"] },
            new PanelSettings { Name = "ill-fused", Members = ["good"], Fuser = "echo" });
        var said = new StringBuilder();

        foreach (var panel in (string[])["mixed", "bad", "ill-fused", "nobody"])
        {
            var chat = await gateway.PostAsync("/v1/chat/completions", new { model = panel, llmblender = new { trace = true }, messages = new[] { new { role = "user", content = Prompt } } }, CallerKey);
            var blend = await gateway.PostAsync("/v1/blend", new { instruction = Prompt, panel, trace = true }, CallerKey);
            said.Append(chat.Body).Append(chat.Response.Headers).Append(blend.Body).Append(blend.Response.Headers);
        }

        said.Append((await gateway.PostAsync("/v1/blend", new { instruction = Prompt }, CallerKey + "x")).Body);

        Assert.Contains(gateway.Models.Calls, call => call.Authorization == $"Bearer {BackendKey}");
        Assert.Contains("it answered 401", said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Incorrect API key", said.ToString(), StringComparison.Ordinal);
        Assert.Contains(gateway.Log.Lines, static line => line.Contains("it answered 401: Incorrect API key provided: Bearer [key]", StringComparison.Ordinal));
        Assert.All(gateway.Log.Lines.Append(said.ToString()), line =>
        {
            Assert.DoesNotContain(BackendKey, line, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(CallerKey, line, StringComparison.OrdinalIgnoreCase);
        });
        Assert.All(gateway.Log.Lines.Where(line => !line.StartsWith("Trace", StringComparison.Ordinal)), line => Assert.DoesNotContain(Prompt, line, StringComparison.Ordinal));
    }
}
