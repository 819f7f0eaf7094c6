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

    [Fact]
    public async Task AnthropicClient_Unmodified_ChatsStreamsAndCallsTools() =>
        ClientTable.Check("npm @anthropic-ai/sdk", ClientTable.VersionOf("@anthropic-ai/sdk"), ClientTable.Read(await RunAsync("anthropic.mjs", "")));

    [Fact]
    public async Task LangChainClient_Unmodified_ChatsStreamsAndCallsTools() =>
        ClientTable.Check("npm @langchain/openai", ClientTable.VersionOf("@langchain/openai"), ClientTable.Read(await RunAsync("langchain.mjs", "v1")));

    [Fact]
    public async Task VercelClient_Unmodified_ChatsStreamsAndCallsTools()
    {
        var output = await RunAsync("vercel.mjs", "v1");

        foreach (var (name, package, variant) in ((string, string, string)[])
            [("chat", "@ai-sdk/openai", ", chat"), ("responses", "@ai-sdk/openai", ", responses"), ("compatible", "@ai-sdk/openai-compatible", ""), ("anthropic", "@ai-sdk/anthropic", "")])
        {
            ClientTable.Check($"npm ai with {package}{variant}", ClientTable.VersionOf(package), ClientTable.Read(output, name));
        }
    }

    [Fact]
    public async Task CohereClient_Unmodified_Reranks()
    {
        var ranked = await gateway.PostAsync("/v1/rerank", new { query = "?", documents = new[] { "1" } });

        var output = await NodeScript.RunAsync("cohere.mjs", gateway.Http.BaseAddress!.ToString().TrimEnd('/'), ranked.Body.GetProperty("model").GetString()!);

        Assert.Contains("all good", output, StringComparison.Ordinal);
        ClientTable.Check("npm cohere-ai", ClientTable.VersionOf("cohere-ai"), ClientTable.Read(output));
    }

    [Fact]
    public void Table_OfTheDocument_ListsTheTestedClients() => Assert.Equal(
        [
            "npm openai", "npm openai4", "npm ai with @ai-sdk/openai, chat", "npm ai with @ai-sdk/openai, responses", "npm ai with @ai-sdk/openai-compatible",
            "npm ai with @ai-sdk/anthropic", "npm @anthropic-ai/sdk", "npm @langchain/openai", "npm cohere-ai", "NuGet OpenAI", "NuGet Anthropic",
            "NuGet Microsoft.Extensions.AI over Anthropic",
        ],
        ClientTable.Clients());

    private async Task<string> RunAsync(string script, string path)
    {
        var output = await NodeScript.RunAsync(script, new Uri(gateway.Http.BaseAddress!, path).ToString().TrimEnd('/'));
        Assert.Contains("all good", output, StringComparison.Ordinal);
        return output;
    }
}
