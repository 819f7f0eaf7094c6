using System.Text.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.OpenAI;

public sealed class ResponsesTests : IClassFixture<GatewayFixture>
{
    private const string Path = "/v1/responses";

    private readonly LiveGateway gateway;

    public ResponsesTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Models.On("one", "1 is the number");
        gateway.Models.On("nine", "9 is the number");
        gateway.Models.On("bad", call => call.FailAsync(401, "who are you"));
        gateway.Use(
            [gateway.Backend("one"), gateway.Backend("nine"), gateway.Backend("bad")],
            new PanelSettings { Name = "pair", Members = ["one", "nine"], Fuser = "select" },
            new PanelSettings { Name = "alone", Members = ["one"], Fuser = "select" },
            new PanelSettings { Name = "broken", Members = ["bad"] });
    }

    [Fact]
    public async Task Responses_Whole_IsTheBestAnswerAsAMessage()
    {
        var (status, body, _) = await gateway.PostAsync(Path, new { model = "pair", input = "Which?", store = false });

        Assert.True(status == 200, $"{body}");
        Assert.Equal(("response", "completed", false), (body.GetProperty("object").GetString(), body.GetProperty("status").GetString(), body.GetProperty("store").GetBoolean()));
        var message = Assert.Single(body.GetProperty("output").EnumerateArray());
        Assert.Equal(("message", "assistant"), (message.GetProperty("type").GetString(), message.GetProperty("role").GetString()));
        Assert.Equal("9 is the number", message.GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal((20, 10, 30), (Usage(body, "input_tokens"), Usage(body, "output_tokens"), Usage(body, "total_tokens")));
    }

    [Fact]
    public async Task Responses_Conversation_ReachesBackendsAsItIs()
    {
        gateway.Models.On("one", call => call.AnswerAsync("1 is", finishReason: "length"));

        var (_, body, _) = await gateway.PostAsync(Path, new
        {
            model = "alone",
            instructions = "Be brief.",
            max_output_tokens = 7,
            temperature = 0.25,
            input = new object[]
            {
                new { role = "user", content = "Which number?" },
                new { type = "message", role = "assistant", content = new[] { new { type = "output_text", text = "Which do you mean?" } } },
                new { role = "user", content = new[] { new { type = "input_text", text = "The largest." } } },
            },
        });

        var call = gateway.Models.CallsOf("one")[^1];
        Assert.Equal([("system", "Be brief."), ("user", "Which number?"), ("assistant", "Which do you mean?"), ("user", "The largest.")], call.Messages);
        Assert.Equal((7, 0.25), (call.Body.GetProperty("max_tokens").GetInt32(), call.Body.GetProperty("temperature").GetDouble()));
        Assert.Equal(("incomplete", "max_output_tokens"), (body.GetProperty("status").GetString(), body.GetProperty("incomplete_details").GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Responses_Stream_IsOpenAIsEventsInOrder()
    {
        var events = await gateway.StreamAsync(Path, new { model = "alone", input = "Which?", stream = true });

        string?[] names = [.. events.Select(item => item.Name)];
        Assert.Equal(["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.delta"], names[..5]);
        Assert.Equal(["response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed"], names[^4..]);
        var data = events.Select(item => JsonDocument.Parse(item.Data).RootElement).ToList();
        Assert.Equal(names, data.Select(item => item.GetProperty("type").GetString()));
        Assert.Equal(Enumerable.Range(0, data.Count), data.Select(item => item.GetProperty("sequence_number").GetInt32()));
        Assert.Equal("1 is the number", string.Concat(data.Where(item => item.TryGetProperty("delta", out _)).Select(item => item.GetProperty("delta").GetString())));
        Assert.Equal("1 is the number", data[^1].GetProperty("response").GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Responses_StreamFailsBeforeItsFirstEvent_HasTheStatusOfTheError()
    {
        var (status, body, _) = await gateway.PostAsync(Path, new { model = "broken", input = "Which?", stream = true });

        Assert.Equal((401, "refused"), (status, body.GetProperty("error").GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("""{"previous_response_id":"resp_1"}""", "previous_response_id")]
    [InlineData("""{"background":true}""", "background")]
    [InlineData("""{"input":[{"type":"function_call_output","call_id":"c","output":"x"}]}""", "input")]
    [InlineData("""{"input":[{"role":"user","content":[{"type":"input_image","image_url":"http://x"}]}]}""", "input")]
    [InlineData("""{"input":""}""", "input")]
    [InlineData("""{"text":{"format":{"type":"json_object"}}}""", "text.format")]
    public async Task Responses_WishThatCannotBeHonoured_IsRefusedByName(string wish, string parameter)
    {
        var body = new Dictionary<string, object> { ["model"] = "pair", ["input"] = "Which?" };
        foreach (var field in JsonDocument.Parse(wish).RootElement.EnumerateObject())
        {
            body[field.Name] = field.Value;
        }

        var (status, answer, _) = await gateway.PostAsync(Path, body);

        Assert.Equal((400, parameter), (status, answer.GetProperty("error").GetProperty("param").GetString()));
    }

    private static int Usage(JsonElement body, string field) => body.GetProperty("usage").GetProperty(field).GetInt32();
}
