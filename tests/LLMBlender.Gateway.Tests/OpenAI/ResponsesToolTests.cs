using System.Text.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.OpenAI;

/// <summary>Tools and stored responses of <c>/v1/responses</c>.</summary>
public sealed class ResponsesToolTests : IClassFixture<GatewayFixture>
{
    private const string Path = "/v1/responses";

    private static readonly object[] Tools =
    [
        new { type = "function", name = "get_time", description = "The time.", parameters = new { type = "object", properties = new { zone = new { type = "string" } } }, strict = true },
        new { type = "web_search" },
        new { type = "custom", name = "apply_patch", format = new { type = "grammar" } },
    ];

    private readonly LiveGateway gateway;

    public ResponsesToolTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Models.On("agent", static call => call.Messages[^1].Role == "tool"
            ? call.AnswerAsync("It is noon.")
            : call.CallAsync("Let me see.", ("c1", "get_time", "{ \"zone\": \"UTC\" }")));
        gateway.Use([gateway.Backend("agent")], new PanelSettings { Name = "p", Members = ["agent"], Fuser = "select", Passes = ["tools"] });
    }

    [Fact]
    public async Task Responses_ToolCall_IsAnItemAndOtherToolsAreSaid()
    {
        var (status, body, _) = await gateway.PostAsync(Path, new
        {
            model = "p", input = "What time is it?", tools = Tools, reasoning = new { effort = "high", summary = "auto" }, include = new[] { "reasoning.encrypted_content" }, metadata = new { a = "b" },
            text = new { verbosity = "low" },
        });

        Assert.True(status == 200, $"{body}");
        Assert.Equal(["message", "function_call"], body.GetProperty("output").EnumerateArray().Select(static item => item.GetProperty("type").GetString()));
        var call = body.GetProperty("output")[1];
        Assert.Equal(("c1", "get_time", "{ \"zone\": \"UTC\" }"), (call.GetProperty("call_id").GetString(), call.GetProperty("name").GetString(), call.GetProperty("arguments").GetString()));
        Assert.Contains("web_search", Assert.Single(body.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Equal("b", body.GetProperty("metadata").GetProperty("a").GetString());
        var sent = gateway.Models.CallsOf("agent")[^1].Body;
        Assert.Equal(("high", "low"), (sent.GetProperty("reasoning_effort").GetString(), sent.GetProperty("verbosity").GetString()));
        Assert.Equal(["get_time", "apply_patch"], sent.GetProperty("tools").EnumerateArray().Select(static tool => tool.GetProperty("function").GetProperty("name").GetString()));
        Assert.True(sent.GetProperty("tools")[0].GetProperty("function").GetProperty("strict").GetBoolean());
    }

    [Fact]
    public async Task Responses_PreviousResponse_IsContinued()
    {
        var (_, first, _) = await gateway.PostAsync(Path, new { model = "p", instructions = "Be brief.", input = "What time is it?", tools = Tools });

        var (status, second, _) = await gateway.PostAsync(Path, new
        {
            model = "p", previous_response_id = first.GetProperty("id").GetString(), tools = Tools,
            input = new[] { new { type = "function_call_output", call_id = "c1", output = "12:00" } },
        });

        Assert.True(status == 200, $"{second}");
        Assert.Equal("It is noon.", second.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(first.GetProperty("id").GetString(), second.GetProperty("previous_response_id").GetString());
        var messages = gateway.Models.CallsOf("agent")[^1].Body.GetProperty("messages");
        Assert.Equal(["user", "assistant", "tool"], messages.EnumerateArray().Select(static message => message.GetProperty("role").GetString()));
        Assert.Equal("{ \"zone\": \"UTC\" }", messages[1].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString());
    }

    [Fact]
    public async Task Responses_ItemReferences_AreResolved()
    {
        var (_, first, _) = await gateway.PostAsync(Path, new { model = "p", input = "What time is it?", tools = Tools });
        var items = first.GetProperty("output").EnumerateArray().Select(static item => (object)new { type = "item_reference", id = item.GetProperty("id").GetString() });

        var (status, second, _) = await gateway.PostAsync(Path, new
        {
            model = "p", tools = Tools,
            input = (object[])[new { role = "user", content = "What time is it?" }, .. items, new { type = "function_call_output", call_id = "c1", output = "12:00" }],
        });

        Assert.True(status == 200, $"{second}");
        var messages = gateway.Models.CallsOf("agent")[^1].Body.GetProperty("messages");
        Assert.Equal("Let me see.", messages[1].GetProperty("content").GetString());
        Assert.Equal("c1", messages[1].GetProperty("tool_calls")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Responses_NotStored_CanNotBeContinued()
    {
        var (_, first, _) = await gateway.PostAsync(Path, new { model = "p", input = "What time is it?", store = false, tools = Tools });

        var (status, body, _) = await gateway.PostAsync(Path, new { model = "p", previous_response_id = first.GetProperty("id").GetString(), input = "And now?" });

        Assert.Equal((400, "previous_response_not_found"), (status, body.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Responses_StreamedToolCall_IsOpenAIsEvents()
    {
        var events = await gateway.StreamAsync(Path, new { model = "p", input = "What time is it?", tools = Tools, stream = true });

        var data = events.Select(static item => JsonElement.Parse(item.Data)).ToArray();
        Assert.Equal(Enumerable.Range(0, data.Length), data.Select(static item => item.GetProperty("sequence_number").GetInt32()));
        Assert.Equal(
            ["response.output_item.added", "response.function_call_arguments.delta", "response.function_call_arguments.done", "response.output_item.done", "response.completed"],
            events.Select(static item => item.Name).ToArray()[^5..]);
        Assert.Equal("{ \"zone\": \"UTC\" }", data[^3].GetProperty("arguments").GetString());
        Assert.Equal(1, data[^2].GetProperty("output_index").GetInt32());
    }

    [Fact]
    public async Task Responses_Reasoning_IsAnItemAndIsPassedBack()
    {
        gateway.Models.On("thinker", static call => call.JsonAsync("""{"choices":[{"message":{"content":"Four.","reasoning_content":"Two and two."},"finish_reason":"stop"}]}"""));
        gateway.Use([gateway.Backend("thinker")], new PanelSettings { Name = "t", Members = ["thinker"] });

        var (_, first, _) = await gateway.PostAsync(Path, new { model = "t", input = "What?" });
        await gateway.PostAsync(Path, new { model = "t", input = (object[])[new { role = "user", content = "What?" }, .. first.GetProperty("output").EnumerateArray().Select(static item => (object)item), new { role = "user", content = "Sure?" }] });

        Assert.Equal("Two and two.", first.GetProperty("output")[0].GetProperty("summary")[0].GetProperty("text").GetString());
        var messages = gateway.Models.CallsOf("thinker")[^1].Body.GetProperty("messages");
        Assert.Equal(("Four.", "Two and two."), (messages[1].GetProperty("content").GetString(), messages[1].GetProperty("reasoning_content").GetString()));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task Loop_PanelThatKeepsItsMember_AsksOnlyTheOneThatCalled(bool keeps, int asked)
    {
        gateway.Models.On("caller", static call => call.Messages[^1].Role == "tool" ? call.AnswerAsync("It is 9.") : call.CallAsync(null, ("from-caller", "get_time", "{\"x\":9}")));
        gateway.Models.On("other", "1");
        gateway.Use(
            [gateway.Backend("caller"), gateway.Backend("other")],
            new PanelSettings { Name = $"loop-{keeps}", Members = ["caller", "other"], Passes = ["tools"], KeepsMember = keeps });
        var tools = new[] { new { type = "function", function = new { name = "get_time" } } };
        var question = new { role = "user", content = "What time is it?" };

        var (_, first, _) = await gateway.PostAsync("/v1/chat/completions", new { model = $"loop-{keeps}", messages = new[] { question }, tools, tool_choice = "required" });
        var before = gateway.Models.CallsOf("caller").Count + gateway.Models.CallsOf("other").Count;
        var message = first.GetProperty("choices")[0].GetProperty("message");
        await gateway.PostAsync("/v1/chat/completions", new
        {
            model = $"loop-{keeps}", tools,
            messages = new object[] { question, message, new { role = "tool", tool_call_id = "from-caller", content = "12:00" } },
        });

        Assert.Equal("from-caller", message.GetProperty("tool_calls")[0].GetProperty("id").GetString());
        Assert.Equal(asked, gateway.Models.CallsOf("caller").Count + gateway.Models.CallsOf("other").Count - before);
    }
}
