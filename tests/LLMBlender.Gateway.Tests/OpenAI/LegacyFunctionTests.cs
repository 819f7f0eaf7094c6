using System.Text.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.OpenAI;

/// <summary>The older form of tools: functions and function_call.</summary>
public sealed class LegacyFunctionTests : IClassFixture<GatewayFixture>
{
    private const string Path = "/v1/chat/completions";

    private static readonly object[] Functions = [new { name = "add", description = "Adds.", parameters = new { type = "object" }, odd = 1 }];
    private static readonly object[] Question = [new { role = "user", content = "What is 2 and 3?" }];

    private readonly LiveGateway gateway;

    public LegacyFunctionTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Models.On("modern", static call => call.Messages[^1].Role == "user" ? call.CallAsync(null, ("c1", "add", "{\"a\": 5}"), ("c2", "add", "{}")) : call.AnswerAsync("5."));
        gateway.Use([gateway.Backend("modern")], new PanelSettings { Name = "legacy", Members = ["modern"], Fuser = "select", Passes = ["tools"] });
    }

    [Fact]
    public async Task Functions_ReachMembersAsToolsAndTheCallIsToldInTheOlderForm()
    {
        var (status, body, _) = await gateway.PostAsync(Path, new { model = "legacy", functions = Functions, function_call = new { name = "add" }, messages = Question });

        Assert.True(status == 200, $"{body}");
        var choice = body.GetProperty("choices")[0];
        Assert.Equal("function_call", choice.GetProperty("finish_reason").GetString());
        var call = choice.GetProperty("message").GetProperty("function_call");
        Assert.Equal(("add", "{\"a\": 5}"), (call.GetProperty("name").GetString(), call.GetProperty("arguments").GetString()));
        Assert.False(choice.GetProperty("message").TryGetProperty("tool_calls", out _));
        Assert.Contains("several calls", Assert.Single(body.GetProperty("warnings").EnumerateArray()).GetString(), StringComparison.Ordinal);
        var sent = gateway.Models.CallsOf("modern")[^1].Body;
        Assert.Equal("""{"type":"function","function":{"name":"add","description":"Adds.","parameters":{"type":"object"},"odd":1}}""", sent.GetProperty("tools")[0].GetRawText());
        Assert.Equal(("add", false), (sent.GetProperty("tool_choice").GetProperty("function").GetProperty("name").GetString(), sent.GetProperty("parallel_tool_calls").GetBoolean()));
        Assert.False(sent.TryGetProperty("functions", out _) || sent.TryGetProperty("function_call", out _));
    }

    [Fact]
    public async Task Functions_Streamed_AreDeltasOfTheOlderForm()
    {
        var events = await gateway.StreamAsync(Path, new { model = "legacy", functions = Functions, messages = Question, stream = true });

        var choices = events.Where(static item => item.Data.StartsWith('{')).Select(static item => JsonElement.Parse(item.Data).GetProperty("choices")[0]).ToArray();
        var calls = choices.Where(static choice => choice.GetProperty("delta").TryGetProperty("function_call", out _)).Select(static choice => choice.GetProperty("delta").GetProperty("function_call")).ToArray();
        Assert.Equal("add", calls[0].GetProperty("name").GetString());
        Assert.Equal("{\"a\": 5}", string.Concat(calls.Select(static call => call.GetProperty("arguments").GetString())));
        Assert.Equal("function_call", choices[^1].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Functions_History_ReachesMembersAsToolCallsWithResults()
    {
        var (status, body, _) = await gateway.PostAsync(Path, new
        {
            model = "legacy",
            functions = Functions,
            messages = (object[])
            [
                .. Question,
                new { role = "assistant", content = (string?)null, function_call = new { name = "add", arguments = "{\"a\": 5}" }, odd = true },
                new { role = "function", name = "add", content = "5" },
            ],
        });

        Assert.True(status == 200, $"{body}");
        Assert.Equal(("5.", "stop"), (body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString(), body.GetProperty("choices")[0].GetProperty("finish_reason").GetString()));
        var sent = gateway.Models.CallsOf("modern")[^1].Body.GetProperty("messages");
        var call = sent[1].GetProperty("tool_calls")[0];
        Assert.Equal("{\"a\": 5}", call.GetProperty("function").GetProperty("arguments").GetString());
        Assert.True(sent[1].GetProperty("odd").GetBoolean());
        Assert.False(sent[1].TryGetProperty("function_call", out _));
        Assert.Equal(("tool", call.GetProperty("id").GetString()), (sent[2].GetProperty("role").GetString(), sent[2].GetProperty("tool_call_id").GetString()));
    }

    [Theory]
    [InlineData("""{"functions":[{"name":"f"}],"tools":[{"type":"function","function":{"name":"g"}}]}""", "functions")]
    [InlineData("""{"functions":[{"name":"f"}],"function_call":{"name":"g"}}""", "function_call")]
    [InlineData("""{"functions":[{"name":"f"}],"function_call":"required"}""", "function_call")]
    [InlineData("""{"functions":[{"name":""}]}""", "functions[0].name")]
    [InlineData("""{"function_call":{"name":"g"}}""", "function_call")]
    public async Task Functions_Invalid_AreRefusedByName(string wish, string parameter)
    {
        var body = new Dictionary<string, object> { ["model"] = "legacy", ["messages"] = Question };
        foreach (var field in JsonElement.Parse(wish).EnumerateObject())
        {
            body[field.Name] = field.Value;
        }

        var (status, answer, _) = await gateway.PostAsync(Path, body);

        Assert.Equal((400, parameter), (status, answer.GetProperty("error").GetProperty("param").GetString()));
    }
}
