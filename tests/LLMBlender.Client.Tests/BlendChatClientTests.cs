using System.Text.Json;
using LLMBlender.Abstractions;
using Microsoft.Extensions.AI;

namespace LLMBlender.Client.Tests;

public sealed class BlendChatClientTests
{
    private static readonly AIFunction Weather = AIFunctionFactory.Create((string city) => $"sunny in {city}", "weather", "The weather of a city.");

    private readonly RecordedBlender blender = new();

    [Fact]
    public async Task GetResponse_ToolsAndFormat_ReachTheRequest()
    {
        var schema = JsonDocument.Parse("""{"type":"object"}""").RootElement;

        await Chat.GetResponseAsync("Which?", new ChatOptions
        {
            ModelId = "panel",
            Tools = [Weather],
            ToolMode = ChatToolMode.RequireSpecific("weather"),
            AllowMultipleToolCalls = false,
            ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "answer", "An answer."),
            MaxOutputTokens = 7,
        }, Token);

        var request = blender.Request!;
        var tool = Assert.Single(request.Tools!.Tools);
        Assert.Equal(("weather", "The weather of a city."), (tool.Name, tool.Description));
        Assert.Contains("\"city\"", tool.Parameters, StringComparison.Ordinal);
        Assert.Equal((ToolChoice.Required, "weather", false), (request.Tools.Choice, request.Tools.Only, request.Tools.Parallel));
        Assert.Equal(("answer", "An answer.", """{"type":"object"}"""), (request.Format!.Name, request.Format.Description, request.Format.Schema));
        Assert.Equal(("panel", 7), (request.Panel, request.Sampling!.MaxTokens));
    }

    [Fact]
    public async Task GetResponse_ToolTurns_ReachTheRequest()
    {
        await Chat.GetResponseAsync(
            [
                new ChatMessage(ChatRole.User, "What is the weather?"),
                new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "weather", new Dictionary<string, object?> { ["city"] = "Rome" })]),
                new ChatMessage(ChatRole.Tool, [new FunctionResultContent("1", "sunny")]),
            ],
            cancellationToken: Token);

        var turns = blender.Request!.Messages!;
        Assert.Equal([Conversation.User, Conversation.Assistant, Conversation.Tool], turns.Select(static turn => turn.Role));
        Assert.Equal(new ToolCall("1", "weather", """{"city":"Rome"}"""), Assert.Single(turns[1].Calls!));
        Assert.Equal(("1", "sunny"), (turns[2].CallId, turns[2].Text));
    }

    [Fact]
    public async Task GetResponse_AnswerCallsTools_HasTheCallsAndThatReason()
    {
        blender.Response = blender.Response with { ToolUse = new ToolUse("Let me see.", [new ToolCall("1", "weather", """{"city":"Rome"}""")]) };

        var response = await Chat.GetResponseAsync("Which?", cancellationToken: Token);
        var updates = await Chat.GetStreamingResponseAsync("Which?", cancellationToken: Token).ToListAsync(Token);

        Assert.All([response, updates.ToChatResponse()], static one =>
        {
            Assert.Equal(ChatFinishReason.ToolCalls, one.FinishReason);
            Assert.Equal("Let me see.", one.Text);
            var call = Assert.Single(one.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>());
            Assert.Equal(("1", "weather", "Rome"), (call.CallId, call.Name, $"{call.Arguments!["city"]}"));
        });
    }

    [Theory]
    [InlineData(true, "length")]
    [InlineData(false, "stop")]
    public async Task GetResponse_Answer_HasItsReasonAndUsage(bool reachedLimit, string reason)
    {
        blender.Response = blender.Response with { ReachedLimit = reachedLimit };

        var response = await Chat.GetResponseAsync("Which?", cancellationToken: Token);

        Assert.Equal((reason, "this"), (response.FinishReason?.Value, response.Text));
        Assert.Equal((3, 2, 5), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount));
        Assert.Same(blender.Response, response.RawRepresentation);
    }

    public static TheoryData<string, ChatOptions> Unsupported => new()
    {
        { "ConversationId", new ChatOptions { ConversationId = "1" } },
        { "Tools[0]", new ChatOptions { Tools = [new HostedWebSearchTool()] } },
        { "ToolMode", new ChatOptions { ToolMode = ChatToolMode.RequireAny } },
    };

    [Theory]
    [MemberData(nameof(Unsupported), DisableDiscoveryEnumeration = true)]
    public async Task GetResponse_OptionThatCantBeHonoured_IsRefusedByName(string option, ChatOptions options)
    {
        var failure = await Assert.ThrowsAsync<BlendException>(() => Chat.GetResponseAsync("Which?", options, Token));

        Assert.Equal(option, failure.Parameter);
    }

    [Fact]
    public async Task GetResponse_ImageReasoningAndFields_ReachTheRequest()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.User, [new TextContent("What is this?"), new DataContent(new byte[] { 1 }, "image/png")]),
            new(ChatRole.Assistant, [new TextReasoningContent("I look."), new TextContent("A dot.")]),
            new(ChatRole.User, "Sure?"),
        ];

        await Chat.GetResponseAsync(messages, new ChatOptions { TopK = 3, AdditionalProperties = new() { ["logit_bias"] = new { a = 1 } } }, Token);

        var request = blender.Request!;
        Assert.Equal("""{"top_k":3,"logit_bias":{"a":1}}""", request.Fields);
        Assert.True(request.Messages![0].HasMedia);
        Assert.Equal("""{"role":"user","content":[{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AQ=="}}]}""", request.Messages[0].Source);
        Assert.Equal("""{"role":"assistant","content":"A dot.","reasoning_content":"I look."}""", request.Messages[1].Source);
        Assert.Null(request.Messages[2].Source);
    }

    [Fact]
    public async Task GetResponse_Audio_IsRefusedByName()
    {
        var message = new ChatMessage(ChatRole.User, [new TextContent("What is this?"), new DataContent(new byte[] { 1 }, "audio/wav")]);

        var failure = await Assert.ThrowsAsync<BlendException>(() => Chat.GetResponseAsync([message], cancellationToken: Token));

        Assert.Contains("\"messages[0]\" contains DataContent", failure.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private BlendChatClient Chat => new(blender);

    private sealed class RecordedBlender : IBlender
    {
        public BlendRequest? Request { get; private set; }

        public BlendResponse Response { get; set; } = new("", "this", [], [], new BlendUsage(3, 2, 0));

        public Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken = default)
        {
            Request = request;
            return Task.FromResult(Response);
        }

        public async IAsyncEnumerable<BlendUpdate> BlendStreamingAsync(
            BlendRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            var response = await BlendAsync(request, cancellationToken);
            if (response.ToolUse is null)
            {
                yield return new BlendUpdate(response.Answer, null);
            }

            yield return new BlendUpdate("", response);
        }

        public Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IAsyncEnumerable<FuseUpdate> FuseStreamingAsync(FuseRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<PanelInfo[]> GetPanelsAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
