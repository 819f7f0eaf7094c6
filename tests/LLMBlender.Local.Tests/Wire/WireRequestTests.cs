using System.Text.Json;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Wire;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Tests.Wire;

/// <summary>Requests as they are sent.</summary>
public sealed class WireRequestTests
{
    private const string Answer = """{"choices":[{"message":{"content":"Four."},"finish_reason":"stop"}]}""";
    private const string AnthropicAnswer = """{"type":"message","content":[{"type":"text","text":"Four."}],"stop_reason":"end_turn"}""";
    private const string OllamaAnswer = """{"message":{"content":"Four."},"done":true}""";

    [Theory]
    [InlineData("""{"role": "user", "name": "alice", "content": "Hi.", "odd": [1.50, {"a":  null}]}""")]
    [InlineData("""{"role":"assistant","content":null,"reasoning_content":"I look.","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{ \"a\" : 1 }"}}]}""")]
    [InlineData("""{"role":"assistant","content":""}""")]
    [InlineData("""{"role":"developer","content":[{"type":"text","text":"Rule.","cache_control":{"type":"ephemeral"}}]}""")]
    public async Task Write_MessageAsItCame_IsSentByteForByte(string message)
    {
        var server = new WireServer().With(Answer);
        using var client = server.Client();

        await client.GetResponseAsync([new ChatMessage(ChatRole.User, "other") { RawRepresentation = JsonElement.Parse(message) }]);

        Assert.Equal($$"""{"model":"m","messages":[{{message}}]}""", server.Requests[0]);
    }

    [Fact]
    public async Task Write_FieldsAndTools_AreSentByteForByte()
    {
        var server = new WireServer().With(Answer);
        var options = new WireChatOptions
        {
            Temperature = 0.5f,
            MaxOutputTokens = 20,
            Tools = [new WireTool("f", null, null, null) { Source = JsonElement.Parse("""{"type":"function", "function":{"name":"f"}}""") }],
            Fields = new Dictionary<string, JsonElement>
            {
                ["temperature"] = JsonElement.Parse("0.50"),
                ["chat_template_kwargs"] = JsonElement.Parse("""{ "enable_thinking": false }"""),
            },
        };

        await server.AskAsync(false, options: options);

        Assert.EndsWith(
            """],"temperature":0.50,"chat_template_kwargs":{ "enable_thinking": false },"max_tokens":20,"tools":[{"type":"function", "function":{"name":"f"}}]}""",
            server.Requests[0],
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(422, """{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}}""")]
    [InlineData(400, """{"error":{"message":"Unrecognized request argument supplied: stream_options"}}""")]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"stream_options: Extra inputs are not permitted"}}""")]
    [InlineData(400, """{"error":{"message":"property 'stream_options' is unsupported"}}""")]
    public async Task Write_FieldThatTheServerRefuses_IsLeftOutFromThenOn(int status, string error)
    {
        var server = new WireServer().With(error, status).With(Answer);
        using var client = server.Client();

        await client.GetStreamingResponseAsync("What?").ToChatResponseAsync();
        var second = await client.GetStreamingResponseAsync("What?").ToChatResponseAsync();

        Assert.Equal([true, false, false], server.Requests.Select(static request => request.Contains("stream_options", StringComparison.Ordinal)));
        Assert.Equal(["stream_options"], (string[])second.AdditionalProperties![WireChatClient.DroppedProperty]!);
    }

    [Theory]
    [InlineData("""{"error":{"message":"messages[0].role: unknown variant `developer`, expected one of `system`, `user`"}}""")]
    [InlineData("""{"object":"error","message":"Unexpected message role.","code":400}""")]
    public async Task Write_DeveloperThatTheServerRefuses_IsSystemFromThenOn(string error)
    {
        var server = new WireServer().With(error, 400).With(Answer);
        using var client = server.Client();
        ChatMessage[] question = [new(ChatRole.System, "Rule.") { RawRepresentation = JsonElement.Parse("""{"role":"developer","content":"Rule.","odd":1}""") }];

        await client.GetResponseAsync(question);
        await client.GetResponseAsync(question);

        Assert.Equal(
            ["""{"role":"developer","content":"Rule.","odd":1}""", """{"role":"system","content":"Rule.","odd":1}""", """{"role":"system","content":"Rule.","odd":1}"""],
            server.Requests.Select(static request => JsonElement.Parse(request).GetProperty("messages")[0].GetRawText()));
    }

    [Theory]
    [InlineData("""{"error":{"message":"'messages.0' : for 'role:assistant' the following must be satisfied[('messages.0' : property 'reasoning_content' is unsupported)]"}}""")]
    [InlineData("""{"detail":[{"type":"extra_forbidden","loc":["body","messages",0,"assistant","reasoning_content"],"msg":"Extra inputs are not permitted"}]}""")]
    [InlineData("""{"error":{"message":"messages.0.reasoning_content: Extra inputs are not permitted"}}""")]
    public async Task Write_FieldOfAMessageThatTheServerRefuses_IsLeftOutAndSaid(string error)
    {
        var server = new WireServer().With(error, 422).With(Answer);
        using var client = server.Client();
        var turn = new ChatMessage(ChatRole.Assistant, "1") { RawRepresentation = JsonElement.Parse("""{"role":"assistant","content":"1","reasoning_content":"Hm.","name":"a"}""") };

        var answer = await client.GetResponseAsync([turn]);

        Assert.Equal("""{"role":"assistant","content":"1","name":"a"}""", JsonElement.Parse(server.Requests[1]).GetProperty("messages")[0].GetRawText());
        Assert.Equal(["reasoning_content"], (string[])answer.AdditionalProperties![WireChatClient.DroppedProperty]!);
    }

    [Fact]
    public async Task Write_SignedThinking_IsForAnthropicOnly()
    {
        const string Turn = """{"role":"assistant","content":"1","thinking_blocks":[{"type":"thinking","thinking":"Hm.","signature":"s"}]}""";
        ChatMessage[] question = [new(ChatRole.Assistant, "1") { RawRepresentation = JsonElement.Parse(Turn) }];
        var (other, anthropic) = (new WireServer().With(Answer), new WireServer().With(AnthropicAnswer));
        using var one = other.Client();
        using var two = anthropic.Client("anthropic");

        await one.GetResponseAsync(question);
        await two.GetResponseAsync(question);

        Assert.DoesNotContain("signature", other.Requests[0], StringComparison.Ordinal);
        Assert.Contains("""{"type":"thinking","thinking":"Hm.","signature":"s"}""", anthropic.Requests[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai", """{"error":"Model m does not support parameter reasoningEffort."}""", Answer)]
    [InlineData("ollama", "{\"error\":\"\\\"m\\\" does not support thinking\"}", OllamaAnswer)]
    public async Task Write_ReasoningEffortThatTheModelRefuses_IsLeftOut(string kind, string error, string answer)
    {
        var server = new WireServer().With(error, 400).With(answer);

        var response = await server.AskAsync(false, kind, new WireChatOptions { Fields = new Dictionary<string, JsonElement> { ["reasoning_effort"] = JsonElement.Parse("\"high\"") } });

        Assert.Equal("Four.", response.Text);
        Assert.Equal(["reasoning_effort"], (string[])response.AdditionalProperties![WireChatClient.DroppedProperty]!);
    }

    [Theory]
    [InlineData("http://server.test/v1", "max_tokens", "max_completion_tokens")]
    [InlineData("https://api.openai.com/v1", "max_completion_tokens", "max_tokens")]
    public async Task Write_TokenLimit_HasTheNameThatTheServerKnows(string url, string first, string second)
    {
        var server = new WireServer { Settings = new WireSettings(new Uri(url), "m") }
            .With($$$"""{"error":{"message":"Unsupported parameter: '{{{first}}}' is not supported with this model.","param":"{{{first}}}"}}""", 400).With(Answer);

        await server.AskAsync(false, options: new ChatOptions { MaxOutputTokens = 20 });

        Assert.Contains($"\"{first}\":20", server.Requests[0], StringComparison.Ordinal);
        Assert.Contains($"\"{second}\":20", server.Requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_RefusedFieldOfStrictOptions_FailsTheCall()
    {
        var server = new WireServer().With("""{"error":{"message":"property 'top_k' is unsupported"}}""", 400).With(Answer);
        var options = new WireChatOptions { IsStrict = true, Fields = new Dictionary<string, JsonElement> { ["top_k"] = JsonElement.Parse("5") } };

        var error = await Assert.ThrowsAsync<BackendException>(() => server.AskAsync(false, options: options));

        Assert.Equal(400, error.Status);
    }

    [Fact]
    public async Task Write_Azure_NamesTheDeploymentAndItsOwnKeyHeader()
    {
        var server = new WireServer { Settings = new WireSettings(new Uri("https://r.openai.azure.com"), "my model") { Key = new Secret("k") } }.With(Answer);

        await server.AskAsync(false, "azure");

        Assert.Equal("https://r.openai.azure.com/openai/deployments/my%20model/chat/completions?api-version=2024-10-21", server.Address!.AbsoluteUri);
        Assert.Equal("k", Assert.Single(server.Headers!.GetValues("api-key")));
    }

    [Fact]
    public async Task Write_Ollama_RenamesWhatItKnowsAndNamesTheRest()
    {
        var server = new WireServer { Settings = new WireSettings(new Uri("http://server.test:11434"), "m") }.With(OllamaAnswer);
        var options = new WireChatOptions
        {
            MaxOutputTokens = 20,
            Fields = new Dictionary<string, JsonElement>
            {
                ["top_k"] = JsonElement.Parse("5"),
                ["user"] = JsonElement.Parse("\"u\""),
                ["reasoning_effort"] = JsonElement.Parse("\"none\""),
            },
        };

        var answer = await server.AskAsync(false, "ollama", options);

        Assert.Equal("http://server.test:11434/api/chat", server.Address!.AbsoluteUri);
        Assert.Equal(
            """{"model":"m","messages":[{"role":"user","content":"What?"}],"stream":false,"think":false,"options":{"top_k":5,"num_predict":20}}""", server.Requests[0]);
        Assert.Equal(["user"], (string[])answer.AdditionalProperties![WireChatClient.DroppedProperty]!);
    }

    [Fact]
    public async Task Write_Anthropic_JoinsTurnsOfOneRole()
    {
        var server = new WireServer { Settings = new WireSettings(new Uri("https://api.anthropic.test"), "m") { Key = new Secret("k") } }.With(AnthropicAnswer);
        using var client = server.Client("anthropic");

        await client.GetResponseAsync(
            [
                new ChatMessage(ChatRole.System, "Rule."),
                new ChatMessage(ChatRole.User, "One?"),
                new ChatMessage(ChatRole.Assistant, [WireToolCall.Create("t1", "f", new WireToolCall("{ \"a\": 1}", null))]),
                new ChatMessage(ChatRole.Tool, [new FunctionResultContent("t1", "12:00")]),
                new ChatMessage(ChatRole.User, "Two?"),
            ],
            new ChatOptions { Tools = [new WireTool("f", "F.", JsonElement.Parse("""{"type": "object"}"""), null)] });

        Assert.Equal("https://api.anthropic.test/v1/messages", server.Address!.AbsoluteUri);
        Assert.Equal(("k", "2023-06-01"), (Assert.Single(server.Headers!.GetValues("x-api-key")), Assert.Single(server.Headers!.GetValues("anthropic-version"))));
        Assert.Equal(
            """{"model":"m","max_tokens":4096,"system":"Rule.","messages":[{"role":"user","content":[{"type":"text","text":"One?"}]},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{ "a": 1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"12:00"},{"type":"text","text":"Two?"}]}],"tools":[{"name":"f","description":"F.","input_schema":{"type": "object"}}],"tool_choice":{"type":"auto"}}""",
            server.Requests[0]);
    }
}
