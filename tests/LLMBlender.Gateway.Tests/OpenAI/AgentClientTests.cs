using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.OpenAI;

/// <summary>Clients that agents use, unmodified, against a real Kestrel: chat, streams, tools over two turns, structured output, errors.</summary>
public sealed class AgentClientTests : IClassFixture<GatewayFixture>
{
    private readonly LiveGateway gateway;

    public AgentClientTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Models.On("agent", static call => call.Body.TryGetProperty("tools", out _) && call.Messages[^1].Role != "tool"
            ? call.CallAsync(null, ("c1", "get_time", """{"zone":"UTC"}"""))
            : call.AnswerAsync("It is noon."));
        gateway.Models.On("object", """{"answer":4}""");
        gateway.Models.On("bad", static call => call.JsonAsync("{\"choices\":"));
        gateway.Use(
            [gateway.Backend("agent") with { Sees = true }, gateway.Backend("object"), gateway.Backend("bad")],
            new PanelSettings { Name = "agent", Members = ["agent"], Fuser = "select", Passes = ["tools"] },
            new PanelSettings { Name = "object", Members = ["object"], Fuser = "select", Passes = ["response_format"] },
            new PanelSettings { Name = "broken", Members = ["bad"] });
    }

    [Theory]
    [InlineData("anthropic.mjs", "")]
    [InlineData("vercel.mjs", "v1")]
    [InlineData("langchain.mjs", "v1")]
    public async Task Client_Unmodified_ChatsStreamsAndCallsTools(string script, string path) =>
        Assert.Contains("all good", await NodeScript.RunAsync(script, new Uri(gateway.Http.BaseAddress!, path).ToString().TrimEnd('/')));

    [Fact]
    public async Task CohereClient_Unmodified_Reranks()
    {
        var ranked = await gateway.PostAsync("/v1/rerank", new { query = "?", documents = new[] { "1" } });

        Assert.Contains("all good", await NodeScript.RunAsync(
            "cohere.mjs", gateway.Http.BaseAddress!.ToString().TrimEnd('/'), ranked.Body.GetProperty("model").GetString()!));
    }
}
