using System.ClientModel;
using LLMBlender.Local.Settings;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace LLMBlender.Gateway.Tests.OpenAI;

/// <summary>Official clients, unmodified, against a real Kestrel.</summary>
public sealed class ClientTests : IClassFixture<GatewayFixture>
{
    private readonly LiveGateway gateway;

    public ClientTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Models.On("one", "1 is the number");
        gateway.Models.On("nine", "9 is the number");
        gateway.Models.On("five", "5 is the number");
        gateway.Models.On("caller", call => call.CallAsync(null, ("c1", "add", """{"a":5}""")));
        gateway.Models.On("object", """{"answer":4}""");
        gateway.Models.On("bad", call => call.JsonAsync("{\"choices\":"));
        gateway.Use(
            [gateway.Backend("one") with { Sees = true }, gateway.Backend("nine"), gateway.Backend("five"), gateway.Backend("bad"), gateway.Backend("caller"), gateway.Backend("object")],
            new PanelSettings { Name = "three", Members = ["one", "nine", "five"], Fuser = "select" },
            new PanelSettings { Name = "fused", Members = ["one", "five"], Fuser = "nine" },
            new PanelSettings { Name = "broken", Members = ["bad"] },
            new PanelSettings { Name = "handy", Members = ["one", "caller"], Passes = ["tools"] },
            new PanelSettings { Name = "object", Members = ["object"], Fuser = "select", Passes = ["response_format"] });
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("openai4")]
    public async Task JavaScriptClient_Unmodified_ListsAsksStreamsAndHearsErrors(string package)
    {
        var output = await NodeScript.RunAsync("openai.mjs", new Uri(gateway.Http.BaseAddress!, "v1").ToString(), package);

        Assert.Contains("all good", output, StringComparison.Ordinal);
        ClientTable.Check($"npm {package}", ClientTable.VersionOf(package), ClientTable.Read(output));
    }

    [Fact]
    public async Task DotNetClient_Unmodified_AsksStreamsAndHearsErrors()
    {
        var options = new OpenAIClientOptions { Endpoint = new Uri(gateway.Http.BaseAddress!, "v1") };
        var client = new OpenAIClient(new ApiKeyCredential("unused"), options);

        ChatCompletion whole = await client.GetChatClient("three").CompleteChatAsync("Which is the number?");
        var streamed = "";
        await foreach (var update in client.GetChatClient("fused").CompleteChatStreamingAsync("Which is the number?"))
        {
            streamed += string.Concat(update.ContentUpdate.Select(part => part.Text));
        }

        Assert.Equal("9 is the number", Assert.Single(whole.Content).Text);
        Assert.Equal(45, whole.Usage.TotalTokenCount);
        Assert.Equal("9 is the number", streamed);
        Assert.Equal(5, (await client.GetOpenAIModelClient().GetModelsAsync()).Value.Count);
        var tools = new ChatCompletionOptions { Tools = { ChatTool.CreateFunctionTool("add") } };
        ChatCompletion calling = await client.GetChatClient("handy").CompleteChatAsync([new UserChatMessage("Which?")], tools);
        Assert.Equal((global::OpenAI.Chat.ChatFinishReason.ToolCalls, "add"), (calling.FinishReason, Assert.Single(calling.ToolCalls).FunctionName));
        ChatCompletion answered = await client.GetChatClient("handy").CompleteChatAsync(
            new UserChatMessage("Which?"), new AssistantChatMessage(calling), new ToolChatMessage(calling.ToolCalls[0].Id, "6"));
        Assert.Equal("1 is the number", Assert.Single(answered.Content).Text);
        var format = new ChatCompletionOptions { ResponseFormat = global::OpenAI.Chat.ChatResponseFormat.CreateJsonObjectFormat() };
        ChatCompletion structured = await client.GetChatClient("object").CompleteChatAsync([new UserChatMessage("Two and two?")], format);
        Assert.Equal("""{"answer":4}""", Assert.Single(structured.Content).Text);
        var image = new UserChatMessage(ChatMessageContentPart.CreateTextPart("What?"), ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(new byte[] { 1 }), "image/png"));
        ChatCompletion seen = await client.GetChatClient("three").CompleteChatAsync(image);
        Assert.Equal("1 is the number", Assert.Single(seen.Content).Text);
        var error = await Assert.ThrowsAsync<ClientResultException>(() => client.GetChatClient("nobody").CompleteChatAsync("Which?"));
        Assert.Equal(404, error.Status);
        ClientTable.Check("NuGet OpenAI", ClientTable.VersionOf(typeof(OpenAIClient)), ["chat", "stream", "models", "tools", "structured output", "images", "errors"]);
    }

    [Fact]
    public async Task DotNetResponsesClient_Unmodified_AsksAndStreams()
    {
        var options = new OpenAIClientOptions { Endpoint = new Uri(gateway.Http.BaseAddress!, "v1") };
#pragma warning disable OPENAI001 // The library calls its own client experimental.
        var client = new OpenAIClient(new ApiKeyCredential("unused"), options).GetResponsesClient().AsIChatClient("three");
#pragma warning restore OPENAI001

        var whole = await client.GetResponseAsync("Which is the number?");
        var streamed = "";
        await foreach (var update in client.GetStreamingResponseAsync("Which is the number?"))
        {
            streamed += update.Text;
        }

        Assert.Equal(("9 is the number", "9 is the number", 45), (whole.Text, streamed, whole.Usage?.TotalTokenCount));
    }
}
