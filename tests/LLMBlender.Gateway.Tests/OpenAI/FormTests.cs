using System.Text.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.OpenAI;

/// <summary>Response formats and tools: passed on where the panel says so, and what doesn't fit is no candidate.</summary>
public sealed class FormTests : IClassFixture<GatewayFixture>
{
    private const string Path = "/v1/chat/completions";

    private static readonly object[] Question = [new { role = "user", content = "Which number?" }];

    private static readonly object Format = new
    {
        type = "json_schema",
        json_schema = new
        {
            name = "number",
            strict = true,
            schema = new { type = "object", properties = new { n = new { type = "integer" } }, required = new[] { "n" }, additionalProperties = false },
        },
    };

    private static readonly object[] Tools =
    [
        new { type = "function", function = new { name = "add", description = "Adds.", parameters = new { type = "object", properties = new { a = new { type = "integer" } } } } },
    ];

    private readonly LiveGateway gateway;

    public FormTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Models.On("small", """{"n": 4}""");
        gateway.Models.On("large", """{"n": 7}""");
        gateway.Models.On("prose", "9 is the number");
        gateway.Models.On("misfit", """{"n": "8"}""");
        gateway.Models.On("caller", call => call.CallAsync(null, ("c1", "add", """{"a":5}""")));
        gateway.Models.On("liar", call => call.CallAsync(null, ("c1", "subtract", """{"a":99}""")));
        gateway.Models.On("talker", "3 is the number");
        gateway.Use(
            [.. ((string[])["small", "large", "prose", "misfit", "caller", "liar", "talker", "fuser"]).Select(gateway.Backend)],
            new PanelSettings { Name = "formed", Members = ["small", "prose", "large", "misfit"], Fuser = "fuser", Passes = ["response_format"] },
            new PanelSettings { Name = "formless", Members = ["prose", "misfit"], Passes = ["response_format"] },
            new PanelSettings { Name = "handy", Members = ["talker", "liar", "caller"], Fuser = "fuser", Passes = ["tools"] });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Format_PanelPassesIt_IsKeptByMembersAndTheBestThatFitsIsGivenAsItIs(bool stream)
    {
        var body = new { model = "formed", stream, response_format = Format, messages = Question, llmblender = new { trace = true } };

        var (text, own) = await AskAsync(body, stream);

        Assert.Equal("""{"n": 7}""", text);
        Assert.Equal(
            ["prose: its answer is not JSON", "misfit: its answer does not fit the schema: $.n must be of type integer"],
            own.GetProperty("blends")[0].GetProperty("failures").EnumerateArray().Select(failure => $"{failure.GetProperty("what")}: {failure.GetProperty("message")}"));
        Assert.All(own.GetProperty("blends")[0].GetProperty("failures").EnumerateArray(), failure => Assert.Equal("invalid", failure.GetProperty("reason").GetString()));
        Assert.Empty(gateway.Models.CallsOf("fuser"));
        var asked = gateway.Models.CallsOf("large")[^1].Body.GetProperty("response_format");
        Assert.Equal("json_schema", asked.GetProperty("type").GetString());
        Assert.Equal("number", asked.GetProperty("json_schema").GetProperty("name").GetString());
        Assert.True(asked.GetProperty("json_schema").GetProperty("strict").GetBoolean());
        Assert.Equal("integer", asked.GetProperty("json_schema").GetProperty("schema").GetProperty("properties").GetProperty("n").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Format_NobodyKeepsIt_IsAnErrorThatSaysSo()
    {
        var (status, body, _) = await gateway.PostAsync(Path, new { model = "formless", response_format = new { type = "json_schema", json_schema = new { name = "n", schema = new { required = new[] { "m" } } } }, messages = Question });

        Assert.Equal((502, "invalid_answer"), (status, body.GetProperty("error").GetProperty("code").GetString()));
        Assert.Contains("prose: its answer is not JSON", body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Format_AnyObject_TakesEveryObject()
    {
        var (_, body, _) = await gateway.PostAsync(Path, new { model = "formed", response_format = new { type = "json_object" }, messages = Question });

        Assert.Equal("""{"n": "8"}""", body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("json_object", gateway.Models.CallsOf("large")[^1].Body.GetProperty("response_format").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Tools_PanelPassesThem_AreCalledAsTheBestMemberCallsThem()
    {
        var (status, body, _) = await gateway.PostAsync(Path, new { model = "handy", tools = Tools, messages = Question, llmblender = new { trace = true } });

        Assert.True(status == 200, $"{body}");
        var choice = body.GetProperty("choices")[0];
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("message").GetProperty("content").ValueKind);
        var call = Assert.Single(choice.GetProperty("message").GetProperty("tool_calls").EnumerateArray());
        Assert.Equal(("c1", "add", """{"a":5}"""), (call.GetProperty("id").GetString(), call.GetProperty("function").GetProperty("name").GetString(), call.GetProperty("function").GetProperty("arguments").GetString()));
        var blend = body.GetProperty("llmblender").GetProperty("blends")[0];
        Assert.Equal(["3 is the number", """add({"a":5})"""], blend.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("text").GetString()));
        Assert.Equal("it calls a tool that the request does not allow", Assert.Single(blend.GetProperty("failures").EnumerateArray()).GetProperty("message").GetString());
        Assert.Equal("add", gateway.Models.CallsOf("caller")[^1].Body.GetProperty("tools")[0].GetProperty("function").GetProperty("name").GetString());
        Assert.Empty(gateway.Models.CallsOf("fuser"));
    }

    [Fact]
    public async Task Tools_ChoiceIsRequired_ATextIsNoCandidate()
    {
        gateway.Models.On("talker", "33 is the number");

        var (_, body, _) = await gateway.PostAsync(Path, new { model = "handy", tools = Tools, tool_choice = new { type = "function", function = new { name = "add" } }, messages = Question, llmblender = new { trace = true } });

        Assert.Equal("tool_calls", body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Contains(
            body.GetProperty("llmblender").GetProperty("blends")[0].GetProperty("failures").EnumerateArray(),
            failure => failure.GetProperty("message").GetString() == "it calls no tool, and the request requires one");
        Assert.Equal("add", gateway.Models.CallsOf("caller")[^1].Body.GetProperty("tool_choice").GetProperty("function").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Tools_Results_ReachTheMembersAsTheyAre()
    {
        var call = new { id = "c1", type = "function", function = new { name = "add", arguments = """{"a":5}""" } };
        object[] messages = [.. Question, new { role = "assistant", tool_calls = new[] { call } }, new { role = "tool", tool_call_id = "c1", content = "12" }];

        await gateway.PostAsync(Path, new { model = "handy", tools = Tools, messages });

        var asked = gateway.Models.CallsOf("talker")[^1].Body.GetProperty("messages");
        Assert.Equal(5, JsonDocument.Parse(asked[1].GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString()!).RootElement.GetProperty("a").GetInt32());
        Assert.Equal(("tool", "c1", "12"), (asked[2].GetProperty("role").GetString(), asked[2].GetProperty("tool_call_id").GetString(), gateway.Models.CallsOf("talker")[^1].Messages[2].Text));
    }

    [Theory]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"a":"\ud800"}""")]
    public async Task Tools_ArgumentsThatAreNoText_AreInvalid(string arguments)
    {
        gateway.Models.On("liar", call => call.CallAsync(null, ("c1", "add", arguments)));

        var (_, body, _) = await gateway.PostAsync(Path, new { model = "handy", tools = Tools, messages = Question, llmblender = new { trace = true } });

        var failure = Assert.Single(body.GetProperty("llmblender").GetProperty("blends")[0].GetProperty("failures").EnumerateArray());
        Assert.Equal(("liar", "invalid"), (failure.GetProperty("what").GetString(), failure.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Format_AnswerThatIsNoText_IsInvalid()
    {
        gateway.Models.On("misfit", """{"n": 1, "\ud800": 2}""");

        var (_, body, _) = await gateway.PostAsync(Path, new { model = "formed", response_format = Format, messages = Question, llmblender = new { trace = true } });

        var failure = body.GetProperty("llmblender").GetProperty("blends")[0].GetProperty("failures")[1];
        Assert.Equal(("misfit", "invalid"), (failure.GetProperty("what").GetString(), failure.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Tools_OtherPanels_RefuseThemByName()
    {
        var (status, body, _) = await gateway.PostAsync(Path, new { model = "formed", tools = Tools, stream = true, messages = Question });

        Assert.Equal((400, "unsupported_parameter", "tools"), (status, body.GetProperty("error").GetProperty("code").GetString(), body.GetProperty("error").GetProperty("param").GetString()));
    }

    private async Task<(string Text, JsonElement Own)> AskAsync(object body, bool stream)
    {
        if (!stream)
        {
            var (_, whole, _) = await gateway.PostAsync(Path, body);
            return (whole.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!, whole.GetProperty("llmblender"));
        }

        var chunks = (await gateway.StreamAsync(Path, body)).SkipLast(1).Select(item => JsonDocument.Parse(item.Data).RootElement).ToList();
        var text = string.Concat(chunks.SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray())
            .Select(choice => choice.GetProperty("delta").TryGetProperty("content", out var piece) ? piece.GetString() : ""));
        return (text, chunks[^1].GetProperty("llmblender"));
    }
}
