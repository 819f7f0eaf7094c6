using System.Text.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.Anthropic;

/// <summary>Anthropic's API.</summary>
public sealed class MessagesTests : IClassFixture<GatewayFixture>
{
    private const string Path = "/v1/messages";

    private static readonly object[] Tools =
    [
        new { name = "get_time", description = "The time.", input_schema = new { type = "object", properties = new { zone = new { type = "string" } } }, cache_control = new { type = "ephemeral" } },
        new { type = "web_search_20250305", name = "web_search" },
    ];

    private readonly LiveGateway gateway;

    public MessagesTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Models.On("agent", static call => call.Body.TryGetProperty("tools", out _) && call.Messages[^1].Role != "tool"
            ? call.CallAsync("Let me see.", ("c1", "get_time", "{\"zone\":\"UTC\"}"))
            : call.AnswerAsync("It is noon."));
        gateway.Use([gateway.Backend("agent") with { Sees = true }], new PanelSettings { Name = "p", Members = ["agent"], Fuser = "select", Passes = ["tools"] });
    }

    [Fact]
    public async Task Messages_Conversation_ReachesMembersAsChat()
    {
        var (status, body, _) = await gateway.PostAsync(Path, new
        {
            model = "p", max_tokens = 20, temperature = 0.5, top_k = 5, stop_sequences = new[] { "END" }, metadata = new { user_id = "u" },
            system = new[] { new { type = "text", text = "Be brief.", cache_control = new { type = "ephemeral" } } },
            messages = new object[]
            {
                new { role = "user", content = new object[] { new { type = "text", text = "What is it?" }, new { type = "image", source = new { type = "base64", media_type = "image/png", data = "AAAA" } } } },
                new { role = "assistant", content = new object[] { new { type = "thinking", thinking = "I look.", signature = "s" }, new { type = "text", text = "A clock." }, new { type = "tool_use", id = "t1", name = "get_time", input = new { zone = "UTC" } } } },
                new { role = "user", content = new object[] { new { type = "tool_result", tool_use_id = "t1", content = new[] { new { type = "text", text = "12:00" } } }, new { type = "text", text = "Well?" } } },
            },
        });

        Assert.True(status == 200, $"{body}");
        Assert.Equal(("message", "assistant", "end_turn"), (body.GetProperty("type").GetString(), body.GetProperty("role").GetString(), body.GetProperty("stop_reason").GetString()));
        Assert.Equal("It is noon.", Assert.Single(body.GetProperty("content").EnumerateArray()).GetProperty("text").GetString());
        Assert.Equal((10, 5), (body.GetProperty("usage").GetProperty("input_tokens").GetInt32(), body.GetProperty("usage").GetProperty("output_tokens").GetInt32()));
        var sent = gateway.Models.CallsOf("agent")[^1].Body;
        Assert.Equal((20, 5, "u"), (sent.GetProperty("max_tokens").GetInt32(), sent.GetProperty("top_k").GetInt32(), sent.GetProperty("user").GetString()));
        var messages = sent.GetProperty("messages");
        Assert.Equal(["system", "user", "assistant", "tool", "user"], messages.EnumerateArray().Select(static message => message.GetProperty("role").GetString()));
        Assert.Equal("data:image/png;base64,AAAA", messages[1].GetProperty("content")[1].GetProperty("image_url").GetProperty("url").GetString());
        Assert.Equal(("I look.", "t1"), (messages[2].GetProperty("reasoning_content").GetString(), messages[2].GetProperty("tool_calls")[0].GetProperty("id").GetString()));
        Assert.Equal("12:00", messages[3].GetProperty("content").GetString());
    }

    [Fact]
    public async Task Messages_ToolUse_IsABlockAndOtherToolsAreSaid()
    {
        var (status, body, _) = await gateway.PostAsync(Path, Question(Tools));

        Assert.True(status == 200, $"{body}");
        Assert.Equal("tool_use", body.GetProperty("stop_reason").GetString());
        var use = body.GetProperty("content")[1];
        Assert.Equal(("tool_use", "c1", "get_time", "UTC"), (
            use.GetProperty("type").GetString(), use.GetProperty("id").GetString(), use.GetProperty("name").GetString(), use.GetProperty("input").GetProperty("zone").GetString()));
        Assert.Contains("web_search", Assert.Single(body.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_Stream_IsAnthropicsEventsInOrder()
    {
        var events = await gateway.StreamAsync(Path, Question(null, stream: true));

        string?[] names = [.. events.Select(static item => item.Name)];
        Assert.Equal(["message_start", "ping", "content_block_start", "content_block_delta"], names[..4]);
        Assert.Equal(["content_block_stop", "message_delta", "message_stop"], names[^3..]);
        var data = events.Select(static item => JsonElement.Parse(item.Data)).ToArray();
        Assert.Equal("It is noon.", string.Concat(data.Where(static item => item.GetProperty("type").GetString() == "content_block_delta").Select(static item => item.GetProperty("delta").GetProperty("text").GetString())));
        Assert.Equal(("end_turn", 5), (data[^2].GetProperty("delta").GetProperty("stop_reason").GetString(), data[^2].GetProperty("usage").GetProperty("output_tokens").GetInt32()));
    }

    [Fact]
    public async Task Messages_StreamedToolUse_IsABlockOfItsOwn()
    {
        var events = await gateway.StreamAsync(Path, Question(Tools, stream: true));

        var data = events.Select(static item => JsonElement.Parse(item.Data)).ToArray();
        var start = data.Last(static item => item.GetProperty("type").GetString() == "content_block_start");
        Assert.Equal(("tool_use", 1), (start.GetProperty("content_block").GetProperty("type").GetString(), start.GetProperty("index").GetInt32()));
        Assert.Equal("{\"zone\":\"UTC\"}", data.Last(static item => item.GetProperty("type").GetString() == "content_block_delta").GetProperty("delta").GetProperty("partial_json").GetString());
        Assert.Equal("tool_use", data[^2].GetProperty("delta").GetProperty("stop_reason").GetString());
    }

    [Theory]
    [InlineData("""{"model":"none","max_tokens":5,"messages":[{"role":"user","content":"?"}]}""", 404, "not_found_error")]
    [InlineData("""{"model":"p","max_tokens":0,"messages":[{"role":"user","content":"?"}]}""", 400, "invalid_request_error")]
    [InlineData("""{"model":"p","max_tokens":5,"messages":[{"role":"robot","content":"?"}]}""", 400, "invalid_request_error")]
    [InlineData("""{"model":"p","max_tokens":5,"messages":[]}""", 400, "invalid_request_error")]
    public async Task Messages_Error_HasAnthropicsShape(string request, int expected, string type)
    {
        var (status, body, _) = await gateway.PostAsync(Path, JsonElement.Parse(request));

        Assert.Equal((expected, "error", type), (status, body.GetProperty("type").GetString(), body.GetProperty("error").GetProperty("type").GetString()));
    }

    [Fact]
    public async Task CountTokens_Conversation_IsAnEstimate()
    {
        var (status, body, _) = await gateway.PostAsync($"{Path}/count_tokens", new { model = "p", messages = new[] { new { role = "user", content = new string('x', 350) } } });

        Assert.Equal((200, 104), (status, body.GetProperty("input_tokens").GetInt32()));
    }

    private static object Question(object[]? tools, bool stream = false) => new
    {
        model = "p", max_tokens = 20, stream, tools = tools ?? [], messages = new[] { new { role = "user", content = "What time is it?" } },
    };
}
