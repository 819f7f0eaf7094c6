using System.Text.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.OpenAI;

/// <summary>Requests as clients send them, and answers of a panel of one as they came.</summary>
public sealed class ToleranceTests : IClassFixture<GatewayFixture>
{
    private const string Path = "/v1/chat/completions";
    private const string User = """{"role":"user","content":"What?"}""";
    private const string Tool = """{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}""";

    private readonly LiveGateway gateway;

    public ToleranceTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Models.On("solo", "1");
        gateway.Use([gateway.Backend("solo") with { Attempts = 1 }], new PanelSettings { Name = "p", Members = ["solo"], Fuser = "select", Passes = ["tools", "response_format"] });
    }

    [Theory]
    [InlineData("""{"stop":[]}""")]
    [InlineData("""{"stop":""}""")]
    [InlineData("""{"stop":["a","b","c","d","e","f"]}""")]
    [InlineData("""{"max_tokens":-1}""")]
    [InlineData("""{"max_tokens":null,"temperature":null,"top_p":null,"n":null,"stream":null,"stream_options":null,"tools":null,"tool_choice":null,"response_format":null}""")]
    [InlineData("""{"tools":[],"tool_choice":"auto"}""")]
    [InlineData("""{"tools":[{"type":"function","function":{"name":"server.tool/with.dots-and-a-name-that-is-longer-than-the-64-characters-of-one-provider"}}]}""")]
    [InlineData("""{"tools":[{"type":"web_search"},{"type":"custom","custom":{"name":"c"}}],"tool_choice":"required"}""")]
    [InlineData("""{"tools":[""" + Tool + """],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[]}}}""")]
    [InlineData("""{"messages":[""" + User + """,{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":{"a":1}}}]},{"role":"tool","content":"x"}]}""")]
    [InlineData("""{"messages":[""" + User + """,{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"custom","custom":{"name":"f","input":"x"}}]},{"role":"tool","tool_call_id":"1","content":null}]}""")]
    [InlineData("""{"messages":[""" + User + """,{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]},{"type":"text","text":"1"}]},""" + User + """]}""")]
    public async Task Chat_FieldsThatClientsSend_AreAccepted(string fields)
    {
        var (status, answer, _) = await gateway.PostAsync(Path, Body(fields));

        Assert.True(status == 200, $"{answer}");
    }

    [Fact]
    public async Task Chat_ToolsOfOtherTypes_AreLeftOutAndSaid()
    {
        var (_, answer, _) = await gateway.PostAsync(Path, Body("""{"tools":[{"type":"web_search"},""" + Tool + "]}"));

        Assert.Contains("web_search", Assert.Single(answer.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Equal(1, gateway.Models.CallsOf("solo")[^1].Body.GetProperty("tools").GetArrayLength());
    }

    [Fact]
    public async Task Stream_ToolCall_ComesPieceByPieceOnAllProtocols()
    {
        gateway.Models.On("solo", static call => call.RawAsync(
            """
            data: {"choices":[{"delta":{"content":"Let me see."}}]}

            data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}}]}

            data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}}]}

            data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"\ud83d\ude00\"}"}}]}}]}

            data: {"choices":[{"delta":{"tool_calls":[{"index":1,"id":"c2","type":"function","function":{"name":"f","arguments":""}}]}}]}

            data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}

            data: [DONE]


            """));

        var chat = await gateway.StreamAsync(Path, Body("""{"stream":true,"tools":[""" + Tool + "]}"));
        var responses = await gateway.StreamAsync("/v1/responses", new { model = "p", input = "?", stream = true, tools = new[] { new { type = "function", name = "f" } } });
        var messages = await gateway.StreamAsync("/v1/messages", new { model = "p", max_tokens = 9, messages = new[] { JsonElement.Parse(User) }, stream = true, tools = new[] { new { name = "f" } } });

        var deltas = chat.Where(static item => item.Data.StartsWith('{')).Select(static item => JsonElement.Parse(item.Data).GetProperty("choices")[0].GetProperty("delta")).ToArray();
        var calls = deltas.Where(static delta => delta.TryGetProperty("tool_calls", out _)).Select(static delta => delta.GetProperty("tool_calls")[0]).ToArray();
        Assert.Equal(["", "{\"a\":", "\"\U0001F600\"}", "", "{}"], calls.Select(static call => call.GetProperty("function").GetProperty("arguments").GetString()));
        Assert.Equal([0, 0, 0, 1, 1], calls.Select(static call => call.GetProperty("index").GetInt32()));
        Assert.Equal(["c1", null, null, "c2", null], calls.Select(static call => call.TryGetProperty("id", out var id) ? id.GetString() : null));

        Assert.Equal(["{\"a\":", "\"\U0001F600\"}", "{}"], responses.Where(static item => item.Name == "response.function_call_arguments.delta").Select(static item => JsonElement.Parse(item.Data).GetProperty("delta").GetString()));
        var items = responses.Where(static item => item.Name == "response.output_item.done").Select(static item => JsonElement.Parse(item.Data)).ToArray();
        Assert.Equal(["message", "function_call", "function_call"], items.Select(static item => item.GetProperty("item").GetProperty("type").GetString()));
        Assert.Equal([0, 1, 2], items.Select(static item => item.GetProperty("output_index").GetInt32()));

        Assert.Equal(["{\"a\":", "\"\U0001F600\"}", "{}"], messages.Where(static item => item.Data.Contains("input_json_delta", StringComparison.Ordinal)).Select(static item => JsonElement.Parse(item.Data).GetProperty("delta").GetProperty("partial_json").GetString()));
        Assert.Equal([0, 1, 2], messages.Where(static item => item.Name == "content_block_stop").Select(static item => JsonElement.Parse(item.Data).GetProperty("index").GetInt32()));
    }

    [Theory]
    [InlineData("""{"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":"}}]}""", "length", "length")]
    [InlineData("""{"tool_calls":[{"id":"c1","type":"function","function":{"name":"unknown","arguments":"{}"}}]}""", "tool_calls", "tool_calls")]
    [InlineData("""{"content":""}""", "length", "length")]
    public async Task Answer_ThatAPanelOfOneCanOnlyPassOn_IsPassedOn(string message, string finish, string expected)
    {
        gateway.Models.On("solo", call => call.JsonAsync($$"""{"choices":[{"message":{{message}},"finish_reason":"{{finish}}"}]}"""));

        var (status, answer, _) = await gateway.PostAsync(Path, Body("""{"tools":[""" + Tool + "]}"));

        Assert.True(status == 200, $"{answer}");
        var choice = answer.GetProperty("choices")[0];
        Assert.Equal(expected, choice.GetProperty("finish_reason").GetString());
        if (JsonElement.Parse(message).TryGetProperty("tool_calls", out var calls))
        {
            Assert.True(JsonElement.DeepEquals(calls, choice.GetProperty("message").GetProperty("tool_calls")), $"{answer}");
            Assert.Single(answer.GetProperty("warnings").EnumerateArray());
        }
    }

    [Fact]
    public async Task Answer_FieldsOfTheResponse_ReachTheCallerWholeAndStreamed()
    {
        gateway.Models.On("solo", static call => call.JsonAsync("""{"citations":["u"],"service_tier":"flex","choices":[{"message":{"content":"1"},"finish_reason":"stop"}]}"""));

        var (_, whole, _) = await gateway.PostAsync(Path, Body("{}"));
        var last = (await gateway.StreamAsync(Path, Body("""{"stream":true}""")))[^2];

        foreach (var answer in (JsonElement[])[whole, JsonElement.Parse(last.Data)])
        {
            Assert.Equal(("u", "flex"), (answer.GetProperty("citations")[0].GetString(), answer.GetProperty("service_tier").GetString()));
        }
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"p","stream":true,"messages":[{"role":"user","content":"?"}]}""")]
    [InlineData("/v1/responses", """{"model":"p","stream":true,"input":"?"}""")]
    [InlineData("/v1/messages", """{"model":"p","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"?"}]}""")]
    public async Task Stream_ErrorBeforeItsFirstEvent_KeepsStatusAndRetryAfter(string path, string body)
    {
        gateway.Models.On("busy", static call => call.FailAsync(429, "slow down", "30"));
        gateway.Use([gateway.Backend("busy") with { Attempts = 1 }], new PanelSettings { Name = "p", Members = ["busy"], Fuser = "select" });

        var (status, _, response) = await gateway.PostAsync(path, JsonElement.Parse(body));

        Assert.Equal(429, status);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
    }

    [Fact]
    public async Task Responses_CustomTool_IsAFunctionForMembersAndACustomCallForTheClient()
    {
        var tools = new[] { new { type = "custom", name = "apply_patch", description = "Patch.", format = new { type = "grammar", syntax = "lark", definition = "start: /.+/" } } };
        gateway.Models.On("solo", static call => call.Messages[^1].Role == "tool" ? call.AnswerAsync("Done.") : call.CallAsync(null, ("c1", "apply_patch", """{"input":"*** Begin\n+1"}""")));

        var (_, first, _) = await gateway.PostAsync("/v1/responses", new { model = "p", input = "Patch it.", tools });
        var events = await gateway.StreamAsync("/v1/responses", new { model = "p", input = "Patch it.", tools, stream = true });
        var item = first.GetProperty("output")[0];
        object[] input = [new { role = "user", content = "Patch it." }, item, new { type = "custom_tool_call_output", call_id = "c1", output = "ok" }];
        var (_, second, _) = await gateway.PostAsync("/v1/responses", new { model = "p", input, tools });

        Assert.Equal(("custom_tool_call", "apply_patch", "*** Begin\n+1"), (item.GetProperty("type").GetString(), item.GetProperty("name").GetString(), item.GetProperty("input").GetString()));
        Assert.Equal(
            ["response.output_item.added", "response.custom_tool_call_input.delta", "response.custom_tool_call_input.done", "response.output_item.done", "response.completed"],
            events.Select(static item => item.Name).ToArray()[^5..]);
        Assert.Equal("Done.", second.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
        var sent = gateway.Models.CallsOf("solo")[^1].Body;
        Assert.Equal("""{"input":"*** Begin\n+1"}""", sent.GetProperty("messages")[1].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString());
        Assert.Equal("function", sent.GetProperty("tools")[0].GetProperty("type").GetString());
    }

    [Fact]
    public async Task Responses_ImagesOfResults_FollowTheResults()
    {
        // A name of its own: the gateway keeps a panel's description for a moment.
        gateway.Use([gateway.Backend("solo") with { Sees = true }], new PanelSettings { Name = "images-of-results", Members = ["solo"], Fuser = "select", Passes = ["tools"] });
        object Call(string id) => new { type = "function_call", call_id = id, name = "f", arguments = "{}" };
        object Output(string id) => new { type = "function_call_output", call_id = id, output = new object[] { new { type = "input_text", text = id }, new { type = "input_image", image_url = "data:image/png;base64,AAAA" } } };

        var (status, answer, _) = await gateway.PostAsync("/v1/responses", new { model = "images-of-results", input = new[] { new { role = "user", content = "?" }, Call("a"), Call("b"), Output("a"), Output("b") } });

        Assert.True(status == 200, $"{answer}");
        var messages = gateway.Models.CallsOf("solo")[^1].Body.GetProperty("messages");
        Assert.Equal(["user", "assistant", "tool", "tool", "user"], messages.EnumerateArray().Select(static message => message.GetProperty("role").GetString()));
        Assert.Equal(2, messages[4].GetProperty("content").GetArrayLength());
    }

    private static Dictionary<string, object> Body(string fields)
    {
        var body = new Dictionary<string, object> { ["model"] = "p", ["messages"] = new[] { JsonElement.Parse(User) } };
        foreach (var field in JsonElement.Parse(fields).EnumerateObject())
        {
            body[field.Name] = field.Value;
        }

        return body;
    }
}
