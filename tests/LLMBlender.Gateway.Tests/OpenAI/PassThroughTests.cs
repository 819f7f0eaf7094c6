using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.OpenAI;

/// <summary>A panel of one passes on what it does not change, both ways.</summary>
public sealed class PassThroughTests : IClassFixture<GatewayFixture>
{
    private const string Path = "/v1/chat/completions";
    private const string Answer = """{"choices":[{"message":{"content":"1"},"finish_reason":"stop"}]}""";

    private readonly LiveGateway gateway;

    public PassThroughTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Models.On("solo", static call => call.JsonAsync(Answer));
        gateway.Use(
            [gateway.Backend("solo") with { Sees = true, Attempts = 1 }],
            new PanelSettings { Name = "solo", Members = ["solo"], Fuser = "select", Passes = ["tools", "response_format"] });
    }

    [Theory]
    [InlineData(401, "{\"error\":{\"message\":\"bad key\",\"code\":\"invalid_api_key\"}}", 401, "invalid_api_key")]
    [InlineData(402, "{\"error\":{\"message\":\"no credit\"}}", 402, "refused")]
    [InlineData(403, "{\"error\":{\"message\":\"no\"}}", 403, "refused")]
    [InlineData(404, "{\"error\":{\"message\":\"gone\",\"code\":\"model_not_found\"}}", 404, "model_not_found")]
    [InlineData(413, "{\"error\":{\"message\":\"large\"}}", 413, "refused")]
    [InlineData(429, "{\"error\":{\"message\":\"slow\",\"code\":\"rate_limit_exceeded\"}}", 429, "rate_limit_exceeded")]
    [InlineData(529, "{\"error\":{\"message\":\"busy\",\"type\":\"overloaded_error\"}}", 529, "overloaded_error")]
    [InlineData(400, "{\"error\":{\"message\":\"This model's maximum context length is 10.\"}}", 400, "context_length_exceeded")]
    [InlineData(500, "{\"error\":{\"message\":\"broken\"}}", 502, "faulted")]
    public async Task Error_OfTheMembersServer_KeepsItsStatusAndCode(int status, string body, int expected, string code)
    {
        var name = $"failing-{status}";
        gateway.Models.On(name, async call =>
        {
            call.Context.Response.Headers.RetryAfter = "30";
            await call.JsonAsync(body, status);
        });
        gateway.Use([gateway.Backend(name) with { Attempts = 1 }], new PanelSettings { Name = "p", Members = [name] });

        var (answered, error, response) = await gateway.PostAsync(Path, ChatTests.Chat("p"));

        Assert.Equal((expected, code), (answered, error.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(30, status == 500 ? 30 : response.Headers.RetryAfter?.Delta?.TotalSeconds);
    }

    [Theory]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"1 is\"}}]}\n\n")]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"1 is\"}}]}\n\ndata: {\"error\":{\"message\":\"broken\"}}\n\ndata: [DONE]\n\n")]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"1 is\"}}]}\n\ndata: {\"choi")]
    public async Task Stream_ThatBreaks_IsAnErrorOnEveryPath(string body)
    {
        gateway.Models.On("cut", call => call.RawAsync(body));
        gateway.Use([gateway.Backend("cut") with { Attempts = 1 }], new PanelSettings { Name = "p", Members = ["cut"], Fuser = "select" });

        var chat = await gateway.StreamAsync(Path, ChatTests.Chat("p", stream: true));
        var responses = await gateway.StreamAsync("/v1/responses", new { model = "p", input = "?", stream = true });
        var messages = await gateway.StreamAsync("/v1/messages", new { model = "p", max_tokens = 9, messages = new[] { new { role = "user", content = "?" } }, stream = true });
        var blend = await gateway.StreamAsync("/v1/blend", new { instruction = "?", panel = "p", stream = true });

        Assert.DoesNotContain(chat, static item => item.Data == "[DONE]" || item.Data.Contains("\"finish_reason\":\"stop\"", StringComparison.Ordinal));
        Assert.Contains("\"error\":{", chat[^1].Data, StringComparison.Ordinal);
        Assert.Equal("error", responses[^1].Name);
        Assert.DoesNotContain(responses, static item => item.Name == "response.completed");
        Assert.Equal("error", messages[^1].Name);
        Assert.DoesNotContain(messages, static item => item.Name == "message_stop");
        Assert.Equal("error", blend[^1].Name);
    }

    [Fact]
    public async Task Field_ThatAMemberDoesNotTake_IsSaid()
    {
        gateway.Use([gateway.Backend("solo") with { DroppedFields = ["top_k"] }], new PanelSettings { Name = "p", Members = ["solo"] }, new PanelSettings { Name = "strict", Members = ["solo"], Strict = true });
        object Body(string panel) => new { model = panel, top_k = 5, messages = new[] { new { role = "user", content = "?" } } };

        var (status, body, response) = await gateway.PostAsync(Path, Body("p"));
        var strict = await gateway.PostAsync(Path, Body("strict"));

        Assert.Equal(200, status);
        Assert.Contains("\"top_k\" was not passed on to solo", Assert.Single(body.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Contains("top_k", Assert.Single(response.Headers.GetValues("x-llmblender-warnings")), StringComparison.Ordinal);
        Assert.False(gateway.Models.CallsOf("solo")[^1].Body.TryGetProperty("top_k", out _));
        Assert.Equal((400, "unsupported_parameter"), (strict.Status, strict.Body.GetProperty("error").GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("""{"content":null,"refusal":"I can't."}""", "stop", "refusal", "I can't.", "stop")]
    [InlineData("""{"content":null,"reasoning_content":"Hm."}""", "length", "reasoning_content", "Hm.", "length")]
    [InlineData("""{"content":""}""", "content_filter", "content", "", "content_filter")]
    public async Task Answer_WithoutText_IsToldAsWhatItIs(string message, string finish, string field, string value, string expected)
    {
        gateway.Models.On("solo", call => call.JsonAsync($$"""{"choices":[{"message":{{message}},"finish_reason":"{{finish}}"}]}"""));

        var (status, body, _) = await gateway.PostAsync(Path, ChatTests.Chat("solo"));

        Assert.True(status == 200, $"{body}");
        var choice = body.GetProperty("choices")[0];
        Assert.Equal((value, expected), (choice.GetProperty("message").GetProperty(field).GetString(), choice.GetProperty("finish_reason").GetString()));
    }

    [Fact]
    public async Task Image_MemberThatDoesNotSee_IsLeftOutAndNamed()
    {
        gateway.Models.On("blind", "2");
        gateway.Use([gateway.Backend("solo") with { Sees = true }, gateway.Backend("blind")], new PanelSettings { Name = "pictures", Members = ["solo", "blind"] });

        var (status, body, _) = await gateway.PostAsync(Path, new
        {
            model = "pictures",
            llmblender = new { trace = true },
            messages = new[] { new { role = "user", content = new object[] { new { type = "text", text = "What?" }, new { type = "image_url", image_url = new { url = "data:image/png;base64,AAAA" } } } } },
        });

        Assert.True(status == 200, $"{body}");
        Assert.Equal("1", body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("blind", Assert.Single(body.GetProperty("llmblender").GetProperty("blends")[0].GetProperty("failures").EnumerateArray()).GetProperty("what").GetString());
        Assert.Empty(gateway.Models.CallsOf("blind"));
    }
}
