using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using LLMBlender.Local.Settings;
using Microsoft.Extensions.AI;

namespace LLMBlender.Gateway.Tests.Anthropic;

/// <summary>The official .NET client of Anthropic, unmodified, against a real Kestrel.</summary>
public sealed class AnthropicClientTests : IClassFixture<GatewayFixture>, IDisposable
{
    private readonly LiveGateway gateway;
    private readonly AnthropicClient client;

    public AnthropicClientTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Models.On("agent", static call => call.Body.TryGetProperty("tools", out _) && call.Messages[^1].Role != "tool"
            ? call.CallAsync(null, ("c1", "get_time", """{"zone":"UTC"}"""))
            : call.AnswerAsync("It is noon."));
        gateway.Models.On("waiting", static call => call.HangAsync());
        gateway.Use(
            [gateway.Backend("agent") with { Sees = true }, gateway.Backend("waiting")],
            new PanelSettings { Name = "agent", Members = ["agent"], Fuser = "select", Passes = ["tools"] },
            new PanelSettings { Name = "waiting", Members = ["waiting"], Fuser = "select" });
        client = new AnthropicClient { ApiKey = "unused", BaseUrl = gateway.Http.BaseAddress!.ToString().TrimEnd('/'), MaxRetries = 0 };
    }

    public void Dispose() => client.Dispose();

    [Fact]
    public async Task Client_Unmodified_AsksStreamsCountsAndReadsErrors()
    {
        var passed = new List<string>();
        var question = Question("agent");

        var whole = await client.Messages.Create(question, TestContext.Current.CancellationToken);
        Assert.True(whole.Content[0].TryPickText(out var text));
        Assert.Equal("It is noon.", text.Text);
        passed.Add("chat");

        var streamed = "";
        await foreach (var next in client.Messages.CreateStreaming(question, TestContext.Current.CancellationToken))
        {
            streamed += next.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out var more) ? more.Text : "";
        }

        Assert.Equal("It is noon.", streamed);
        passed.Add("stream");

        var count = await client.Messages.CountTokens(
            new MessageCountTokensParams { Model = "agent", Messages = [new UserMessageParam { Content = "What time is it?" }] }, TestContext.Current.CancellationToken);
        Assert.True(count.InputTokens > 0);
        passed.Add("count tokens");

        await Assert.ThrowsAsync<AnthropicNotFoundException>(() => client.Messages.Create(Question("unknown"), TestContext.Current.CancellationToken));
        passed.Add("errors");

        using var stop = new CancellationTokenSource();
        var waiting = client.Messages.Create(Question("waiting"), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        passed.Add("abort");

        ClientTable.Check("NuGet Anthropic", ClientTable.VersionOf(typeof(AnthropicClient)), passed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ChatClient_OverIt_CallsToolsAndSeesImages(bool isStreamed)
    {
        using var chat = client.AsIChatClient("agent", 100);
        var options = new ChatOptions { Tools = [AIFunctionFactory.Create(static (string zone) => $"12:00 {zone}", "get_time", "The time.")] };
        var messages = new List<ChatMessage> { new(ChatRole.User, "What time is it?") };

        Assert.Equal("It is noon.", (await AskAsync(chat, messages, null, isStreamed)).Text);
        var calling = await AskAsync(chat, messages, options, isStreamed);
        var call = Assert.Single(calling.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>());
        Assert.Equal(("get_time", "UTC"), (call.Name, $"{call.Arguments!["zone"]}"));
        messages.AddRange(calling.Messages);
        messages.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, "12:00")]));
        Assert.Equal("It is noon.", (await AskAsync(chat, messages, options, isStreamed)).Text);
        var image = new ChatMessage(ChatRole.User, [new TextContent("What?"), new DataContent(new byte[] { 1 }, "image/png")]);
        Assert.Equal("It is noon.", (await AskAsync(chat, [image], null, isStreamed)).Text);
        Assert.Contains("data:image/png;base64,AQ==", gateway.Models.CallsOf("agent")[^1].Body.GetRawText(), StringComparison.Ordinal);

        using var unknown = client.AsIChatClient("unknown", 100);
        await Assert.ThrowsAsync<AnthropicNotFoundException>(() => AskAsync(unknown, messages, null, isStreamed));
        ClientTable.Check(
            "NuGet Microsoft.Extensions.AI over Anthropic",
            ClientTable.VersionOf(typeof(IChatClient)),
            ["chat", "stream", "tools", "streamed tools", "images", "errors"]);
    }

    private static Task<ChatResponse> AskAsync(IChatClient chat, IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreamed) => isStreamed
        ? chat.GetStreamingResponseAsync(messages, options, TestContext.Current.CancellationToken).ToChatResponseAsync()
        : chat.GetResponseAsync(messages, options, TestContext.Current.CancellationToken);

    private static MessageCreateParams Question(string model) => new()
    {
        Model = model,
        MaxTokens = 100,
        Messages = [new UserMessageParam { Content = "What time is it?" }],
    };
}
