using System.Text.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.OpenAI;

/// <summary>Members that answer with a text although the request requires a tool call.</summary>
public sealed class RequiredCallTests : IClassFixture<GatewayFixture>
{
    private const string Path = "/v1/chat/completions";

    private readonly LiveGateway gateway;

    public RequiredCallTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Models.On("talker", "12 it is");
        gateway.Models.On("chatter", static call => call.JsonAsync("""{"choices":[{"message":{"content":"9 perhaps","reasoning_content":"Hm."},"finish_reason":"stop"}]}"""));
        gateway.Models.On("caller", static call => call.CallAsync(null, ("c1", "add", "{}")));
        gateway.Use(
            [gateway.Backend("talker"), gateway.Backend("chatter"), gateway.Backend("caller")],
            Panel("only", "chatter"), Panel("texts", "talker", "chatter"), Panel("mixed", "talker", "caller", "chatter"));
    }

    [Theory]
    [InlineData("only", "9 perhaps")]
    [InlineData("texts", "12 it is")]
    public async Task Required_NobodyCalls_TheTextIsTheAnswerWithAWarning(string panel, string expected)
    {
        var (status, body, response) = await gateway.PostAsync(Path, Body(panel, stream: false));
        var chunks = (await gateway.StreamAsync(Path, Body(panel, stream: true))).Where(static item => item.Data.StartsWith('{')).Select(static item => JsonElement.Parse(item.Data)).ToArray();

        Assert.True(status == 200, $"{body}");
        var choice = body.GetProperty("choices")[0];
        Assert.Equal((expected, "stop"), (choice.GetProperty("message").GetProperty("content").GetString(), choice.GetProperty("finish_reason").GetString()));
        Assert.Contains("requires a tool call", Assert.Single(body.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Contains("requires a tool call", Assert.Single(response.Headers.GetValues("x-llmblender-warnings")), StringComparison.Ordinal);
        Assert.Equal(expected, string.Concat(chunks.Select(static chunk => chunk.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("content", out var more) ? more.GetString() : "")));
        Assert.Contains("requires a tool call", chunks[^1].GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Required_OneCalls_TheOthersFail()
    {
        var (_, body, _) = await gateway.PostAsync(Path, Body("mixed", stream: false));

        Assert.Equal("tool_calls", body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.False(body.TryGetProperty("warnings", out _));
        Assert.Equal(
            ["talker", "chatter"],
            body.GetProperty("llmblender").GetProperty("blends")[0].GetProperty("failures").EnumerateArray().Select(static failure => failure.GetProperty("what").GetString()));
    }

    private static PanelSettings Panel(string name, params string[] members) => new() { Name = name, Members = members, Fuser = "select", Passes = ["tools"] };

    private static object Body(string panel, bool stream) => new
    {
        model = panel, stream, tool_choice = "required", llmblender = stream ? null : new { trace = true },
        tools = new[] { new { type = "function", function = new { name = "add" } } }, messages = new[] { new { role = "user", content = "?" } },
    };
}
