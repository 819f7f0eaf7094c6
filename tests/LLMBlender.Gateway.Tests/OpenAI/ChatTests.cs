using System.Net.Http.Json;
using System.Text.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.OpenAI;

public sealed class ChatTests : IClassFixture<GatewayFixture>
{
    private readonly LiveGateway gateway;

    public ChatTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Models.On("one", "1 is the number");
        gateway.Models.On("nine", "9 is the number");
        gateway.Models.On("five", "5 is the number");
        gateway.Use(
            [
                gateway.Backend("one") with { PromptPrice = 1, CompletionPrice = 2 },
                gateway.Backend("nine"),
                gateway.Backend("five"),
            ],
            new PanelSettings { Name = "three", Members = ["one", "nine", "five"], Fuser = "select" },
            new PanelSettings { Name = "alone", Members = ["one"], Fuser = "select" },
            new PanelSettings { Name = "fused", Members = ["one", "five"], Fuser = "nine" });
    }

    [Fact]
    public async Task Chat_Panel_GivesTheBestAnswerAndWhatAllCost()
    {
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", Chat("three"));

        Assert.Equal(200, status);
        Assert.Equal("chat.completion", body.GetProperty("object").GetString());
        Assert.Equal("three", body.GetProperty("model").GetString());
        var choice = Assert.Single(body.GetProperty("choices").EnumerateArray());
        Assert.Equal("9 is the number", choice.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("assistant", choice.GetProperty("message").GetProperty("role").GetString());
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.Equal((30, 15, 45), Usage(body));
        Assert.False(body.TryGetProperty("llmblender", out _));
    }

    [Fact]
    public async Task Chat_Conversation_ReachesBackendsAsItIs()
    {
        await gateway.PostAsync("/v1/chat/completions", new
        {
            model = "alone",
            temperature = 0.25,
            max_tokens = 7,
            seed = 3,
            stop = new[] { "END" },
            messages = new object[]
            {
                new { role = "system", content = "Be brief." },
                new { role = "user", content = "Which number?" },
                new { role = "assistant", content = "Which one do you mean?" },
                new { role = "user", content = new[] { new { type = "text", text = "The largest." } } },
            },
        });

        var call = gateway.Models.CallsOf("one")[^1];
        Assert.Equal(
            [("system", "Be brief."), ("user", "Which number?"), ("assistant", "Which one do you mean?"), ("user", "The largest.")],
            call.Messages);
        Assert.Equal(0.25, call.Body.GetProperty("temperature").GetDouble());
        Assert.Equal(7, call.Body.GetProperty("max_tokens").GetInt32());
        Assert.Equal(3, call.Body.GetProperty("seed").GetInt32());
        Assert.Equal("END", call.Body.GetProperty("stop")[0].GetString());
    }

    [Fact]
    public async Task Chat_Trace_NamesWhoAnsweredRanksMatrixAndCost()
    {
        var (_, body, _) = await gateway.PostAsync("/v1/chat/completions", Chat("three", new { trace = true }));

        var blend = body.GetProperty("llmblender").GetProperty("blends")[0];
        Assert.Equal([3, 1, 2], blend.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("rank").GetInt32()));
        Assert.Equal(20e-6m, blend.GetProperty("usage").GetProperty("cost").GetDecimal());
        var trace = blend.GetProperty("trace");
        Assert.Equal(["one", "nine", "five"], trace.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("name").GetString()));
        Assert.All(trace.GetProperty("members").EnumerateArray(), member => Assert.True(member.GetProperty("seconds").GetDouble() > 0));
        Assert.Equal(8.25f, trace.GetProperty("matrix")[1][0].GetSingle());
        Assert.Equal("fake", trace.GetProperty("ranker").GetString());
    }

    [Fact]
    public async Task Chat_Fuser_StreamsWhatPassedTheGuard()
    {
        gateway.Models.On("nine", "90 is the merged number");

        var events = await gateway.StreamAsync("/v1/chat/completions", Chat("fused", stream: true, withUsage: true));

        Assert.Equal("[DONE]", events[^1].Data);
        var chunks = events.SkipLast(1).Select(item => JsonDocument.Parse(item.Data).RootElement).ToList();
        var pieces = chunks.SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray())
            .Select(choice => choice.GetProperty("delta").TryGetProperty("content", out var text) ? text.GetString() : null).OfType<string>().ToList();
        Assert.Equal("90 is the merged number", string.Concat(pieces));
        Assert.Equal((30, 15, 45), Usage(chunks[^1]));
        Assert.Equal(1, chunks.Count(chunk => chunk.GetProperty("choices").EnumerateArray().Any(choice => choice.GetProperty("finish_reason").ValueKind is JsonValueKind.String)));
    }

    [Fact]
    public async Task Chat_StreamWhilePanelHangs_SendsHeadersAndCommentAtOnce()
    {
        var release = new TaskCompletionSource();
        gateway.Models.On("one", async call =>
        {
            await release.Task;
            await call.AnswerAsync("1 is the number");
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = JsonContent.Create(Chat("alone", stream: true)) };

        using var response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = await reader.ReadLineAsync();
        release.SetResult();
        var rest = await reader.ReadToEndAsync();

        Assert.StartsWith(":", first, StringComparison.Ordinal);
        Assert.Contains("\"content\":\" number\"", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_PanelOfOneWithSelect_StreamsItsMembersPiecesAsTheyCome()
    {
        var release = new TaskCompletionSource();
        gateway.Models.On("one", async call =>
        {
            await call.PieceAsync("Once");
            await release.Task;
            await call.AnswerAsync(" upon a time", finishReason: "length");
        });

        var (before, rest) = await ReadAsync("Once", release);

        Assert.DoesNotContain("upon", before, StringComparison.Ordinal);
        Assert.Contains("\"content\":\" upon\"", rest, StringComparison.Ordinal);
        Assert.Contains("\"finish_reason\":\"length\"", rest, StringComparison.Ordinal);
        Assert.Contains("\"total_tokens\":15", rest, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_PassedStreamBreaksOff_EndsWithAnErrorAndNotAsDone()
    {
        var release = new TaskCompletionSource();
        gateway.Models.On("one", async call =>
        {
            await call.PieceAsync("Once");
            await release.Task;
            call.Context.Abort();
        });

        var (before, rest) = await ReadAsync("Once", release);

        Assert.Contains("Once", before, StringComparison.Ordinal);
        Assert.Contains("data: {\"error\":{\"message\":\"no member of panel", rest, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_Progress_TellsStepsInChunksWithoutChoices()
    {
        var events = await gateway.StreamAsync("/v1/chat/completions", Chat("three", new { progress = true }, stream: true));

        var steps = events.SkipLast(1).Select(item => JsonDocument.Parse(item.Data).RootElement)
            .Where(chunk => chunk.TryGetProperty("llmblender", out _)).ToList();
        Assert.All(steps, step => Assert.Equal(0, step.GetProperty("choices").GetArrayLength()));
        Assert.Equal(
            ["asking", "member", "member", "member", "ranking", "ranked", "fusing"],
            steps.Select(step => step.GetProperty("llmblender").GetProperty("event").GetString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_Stop_EndsTheAnswerBeforeIt(bool stream)
    {
        var body = new { model = "three", stream, stop = "the", messages = new[] { new { role = "user", content = "Which?" } } };

        var text = stream
            ? string.Concat((await gateway.StreamAsync("/v1/chat/completions", body)).SkipLast(1)
                .SelectMany(item => JsonDocument.Parse(item.Data).RootElement.GetProperty("choices").EnumerateArray())
                .Select(choice => choice.GetProperty("delta").TryGetProperty("content", out var piece) ? piece.GetString() : ""))
            : (await gateway.PostAsync("/v1/chat/completions", body)).Body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();

        Assert.Equal("9 is ", text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_SeveralAnswers_AreBlendsWithSeedsOfTheirOwn(bool stream)
    {
        var before = gateway.Models.CallsOf("one").Count;
        var body = new { model = "alone", n = 3, seed = 10, stream, messages = new[] { new { role = "user", content = "Which?" } } };

        var indices = stream
            ? (await gateway.StreamAsync("/v1/chat/completions", body)).SkipLast(1)
                .SelectMany(item => JsonDocument.Parse(item.Data).RootElement.GetProperty("choices").EnumerateArray())
                .Where(choice => choice.GetProperty("finish_reason").ValueKind is JsonValueKind.String)
                .Select(choice => choice.GetProperty("index").GetInt32())
            : (await gateway.PostAsync("/v1/chat/completions", body)).Body.GetProperty("choices").EnumerateArray()
                .Select(choice => choice.GetProperty("index").GetInt32());

        Assert.Equal([0, 1, 2], indices.Order());
        Assert.Equal([10, 11, 12], gateway.Models.CallsOf("one").Skip(before).Select(call => call.Body.GetProperty("seed").GetInt32()).Order());
    }

    [Fact]
    public async Task Chat_BestAnswerCutOff_FinishesForLength()
    {
        gateway.Models.On("nine", call => call.AnswerAsync("9 is the", finishReason: "length"));

        var (_, body, _) = await gateway.PostAsync("/v1/chat/completions", Chat("three"));

        Assert.Equal("length", body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Theory]
    [InlineData("""{"tools":[{"type":"function","function":{"name":"f"}}]}""", "tools")]
    [InlineData("""{"response_format":{"type":"json_object"}}""", "response_format")]
    [InlineData("""{"logprobs":true}""", "logprobs")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://x"}}]}]}""", "messages")]
    [InlineData("""{"messages":[{"role":"tool","content":"x"}]}""", "messages")]
    [InlineData("""{"messages":[{"role":"tool","content":"x","tool_call_id":"1"}]}""", "messages")]
    [InlineData("""{"messages":[{"role":"function","name":"f","content":"x"}]}""", "messages")]
    [InlineData("""{"functions":[{"name":"f"}]}""", "functions")]
    [InlineData("""{"tools":[{"type":"function"}]}""", "tools[0].function")]
    [InlineData("""{"tool_choice":"required"}""", "tool_choice")]
    [InlineData("""{"response_format":{"type":"yaml"}}""", "response_format.type")]
    [InlineData("""{"response_format":{"type":"json_schema","json_schema":{"name":"x"}}}""", "response_format.json_schema.schema")]
    [InlineData("""{"n":9}""", "n")]
    [InlineData("""{"temperature":3}""", "temperature")]
    [InlineData("""{"stop":[1]}""", "stop")]
    [InlineData("""{"messages":[]}""", "messages")]
    public async Task Chat_WishThatCannotBeHonoured_IsRefusedByName(string wish, string parameter)
    {
        var body = new Dictionary<string, object> { ["model"] = "three", ["messages"] = new[] { new { role = "user", content = "Which?" } } };
        foreach (var field in JsonDocument.Parse(wish).RootElement.EnumerateObject())
        {
            body[field.Name] = field.Value;
        }

        var (status, answer, _) = await gateway.PostAsync("/v1/chat/completions", body);

        Assert.Equal(400, status);
        var error = answer.GetProperty("error");
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal(parameter, error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData(""" "model":"alone","messages":[{"role":"user","content":"\ud800"}] """, "messages[0].content")]
    [InlineData(""" "model":"\uDC00","messages":[] """, "model")]
    [InlineData(""" "model":"alone","messages":[{"role":"user","content":"x"}],"stop":"\ud800" """, "stop")]
    [InlineData(""" "model":"alone","messages":[{"role":"user","content":"x"}],"stop":["\ud800"] """, "stop[0]")]
    [InlineData(""" "model":"alone","messages":[{"role":"user","content":"x"}],"tool_choice":"\ud800" """, "tool_choice")]
    [InlineData(""" "model":"alone","messages":[{"role":"user","content":"x"}],"verbosity":"\ud800" """, "verbosity")]
    [InlineData(""" "model":"alone","messages":[{"role":"user","content":"x"}],"llmblender":{"\ud800":1} """, "llmblender")]
    [InlineData(""" "\ud800":1 """, null)]
    public async Task Chat_HalfOfASurrogatePair_IsRefusedByName(string fields, string? parameter)
    {
        using var content = new StringContent($"{{{fields}}}");
        using var response = await gateway.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), content);

        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal((400, parameter), ((int)response.StatusCode, error.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task Chat_WholeSurrogatePairEscaped_IsText()
    {
        using var content = new StringContent("""{"model":"alone","messages":[{"role":"user","content":"\ud83d\ude00"}]}""");
        using var response = await gateway.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), content);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("\U0001F600", gateway.Models.CallsOf("one")[^1].Messages[^1].Text);
    }

    [Fact]
    public async Task Chat_BytesThatAreNoText_AreRefusedByName()
    {
        using var content = new ByteArrayContent([.. """{"model":"alone","messages":[{"role":"user","content":"x"""u8, 0xff, .. "\"}]}"u8]);
        using var response = await gateway.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), content);

        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal((400, "messages[0].content"), ((int)response.StatusCode, error.GetProperty("param").GetString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_UnknownModel_IsNotFoundBeforeAnyStream(bool stream)
    {
        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", Chat("nobody", stream: stream));

        Assert.Equal(404, status);
        Assert.Equal("model_not_found", body.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Models_List_IsThePanels()
    {
        var body = JsonDocument.Parse(await gateway.Http.GetStringAsync(new Uri("/v1/models", UriKind.Relative))).RootElement;

        Assert.Equal(["three", "alone", "fused"], body.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()));
        Assert.Equal("alone", JsonDocument.Parse(await gateway.Http.GetStringAsync(new Uri("/v1/models/alone", UriKind.Relative))).RootElement.GetProperty("id").GetString());
    }

    // Reads a stream up to a text, lets go of what holds it up, and reads the rest.
    private async Task<(string Before, string After)> ReadAsync(string text, TaskCompletionSource release)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = JsonContent.Create(Chat("alone", stream: true, withUsage: true)) };
        using var response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var before = "";
        while (!before.Contains(text, StringComparison.Ordinal))
        {
            before += await reader.ReadLineAsync() + "\n";
        }

        release.SetResult();
        return (before, await reader.ReadToEndAsync());
    }

    internal static object Chat(string model, object? own = null, bool stream = false, bool withUsage = false) => new
    {
        model,
        stream,
        stream_options = withUsage ? new { include_usage = true } : null,
        llmblender = own,
        messages = new[] { new { role = "user", content = "Which is the number?" } },
    };

    private static (int Read, int Written, int Total) Usage(JsonElement body)
    {
        var usage = body.GetProperty("usage");
        return (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32());
    }
}
