using System.Text.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.Panels;

public sealed class PanelTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private readonly LiveGateway gateway = fixture.Gateway;

    [Fact]
    public async Task Panel_Samples_AsksOneBackendSeveralTimes()
    {
        gateway.Models.On("self", call => call.AnswerAsync($"{gateway.Models.CallsOf("self").Count} is the number"));
        gateway.Use([gateway.Backend("self")], new PanelSettings { Name = "p", Members = ["self"], Samples = 3 });

        var (_, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        Assert.Equal(["self", "self#2", "self#3"], body.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("model").GetString()));
        Assert.Equal(3, gateway.Models.CallsOf("self").Count);
    }

    [Fact]
    public async Task Panel_Ollama_AnswersAndFuses()
    {
        gateway.Models.On("llama", call => call.AnswerAsOllamaAsync(call.Messages.Count > 1 ? "7 is fused" : "6 is the number"));
        var llama = gateway.Backend("llama") with { Kind = "ollama", Url = gateway.Models.Url.Replace("/v1", "", StringComparison.Ordinal) };
        gateway.Use([llama], new PanelSettings { Name = "p", Members = ["llama"], Samples = 2, Fuser = "llama" });

        var (status, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        Assert.True(status == 200, $"{body}");
        Assert.Equal(["6 is the number", "6 is the number"], body.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("text").GetString()));
        Assert.Equal("7 is fused", body.GetProperty("answer").GetString());
        Assert.Equal((30, 15), (body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), body.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
    }

    [Fact]
    public async Task Panel_RatePerMinute_MakesTheExcessWaitAndTimeOut()
    {
        gateway.Models.On("metered", "1 is the number");
        gateway.Use(
            [gateway.Backend("metered") with { RequestsPerMinute = 2 }],
            new PanelSettings { Name = "p", Members = ["metered"], Samples = 3, MemberTimeout = TimeSpan.FromSeconds(5) });

        var (_, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        Assert.Single(body.GetProperty("candidates").EnumerateArray());
        Assert.Single(gateway.Models.CallsOf("metered"));
        Assert.All(body.GetProperty("failures").EnumerateArray(), failure => Assert.Equal("timed_out", failure.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Panel_ConcurrencyOfOne_AsksOneAtATime()
    {
        var (inside, most) = (0, 0);
        gateway.Models.On("narrow", async call =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Delay(20);
            Interlocked.Decrement(ref inside);
            await call.AnswerAsync("1 is the number");
        });
        gateway.Use([gateway.Backend("narrow") with { MaxConcurrency = 1 }], new PanelSettings { Name = "p", Members = ["narrow"], Samples = 4 });

        await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        Assert.Equal((4, 1), (gateway.Models.CallsOf("narrow").Count, most));
    }

    [Fact]
    public async Task Panel_BackendsOwnSettings_AreSentAndBoundTheRequests()
    {
        gateway.Models.On("cool", "1 is the number");
        gateway.Use([gateway.Backend("cool") with { Temperature = 0.5f, MaxTokens = 20 }], new PanelSettings { Name = "p", Members = ["cool"] });

        await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });
        await gateway.PostAsync("/v1/chat/completions", new { model = "p", max_tokens = 500, temperature = 1.5, messages = new[] { new { role = "user", content = "Which?" } } });

        var calls = gateway.Models.CallsOf("cool");
        Assert.Equal((0.5, 20), (calls[0].Body.GetProperty("temperature").GetDouble(), calls[0].Body.GetProperty("max_tokens").GetInt32()));
        Assert.Equal((1.5, 20), (calls[1].Body.GetProperty("temperature").GetDouble(), calls[1].Body.GetProperty("max_tokens").GetInt32()));
    }

    [Fact]
    public async Task Panel_HedgeBudget_BoundsExtraCalls()
    {
        gateway.Models.On("sluggish", async call =>
        {
            await Task.Delay(150);
            await call.AnswerAsync("1 is the number");
        });
        gateway.Use(
            [gateway.Backend("sluggish")],
            new PanelSettings { Name = "p", Members = ["sluggish"], Samples = 20, HedgeBudget = 0.1, HedgeAfter = TimeSpan.FromMilliseconds(10) });

        await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        Assert.Equal(22, gateway.Models.CallsOf("sluggish").Count);
    }

    [Fact]
    public async Task Panel_Stream_TellsMembersAsTheyArriveThenRanksThenAnswer()
    {
        var release = new TaskCompletionSource();
        gateway.Models.On("fast", "1 is the number");
        gateway.Models.On("late", async call =>
        {
            await release.Task;
            await call.AnswerAsync("2 is the number");
        });
        gateway.Use([gateway.Backend("late"), gateway.Backend("fast")], new PanelSettings { Name = "p", Members = ["late", "fast"], Fuser = "select" });
        release.SetResult();

        var events = await gateway.StreamAsync("/v1/blend", new { instruction = "Which?", panel = "p", stream = true, trace = true });

        Assert.Equal(["asking", "member", "member", "ranking", "ranked", "fusing", "answer", "done"], events.Select(item => item.Name));
        Assert.Contains("2 is the number", events[^2].Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Panel_StreamWithMemberText_GivesEachPieceBeforeTheMember()
    {
        gateway.Models.On("broken", async call =>
        {
            await call.PieceAsync("9 is");
            call.Context.Abort();
        });
        gateway.Models.On("slow", async call =>
        {
            await call.PieceAsync("2 is ");
            await call.PieceAsync("the number");
            await call.RawAsync("data: [DONE]\n\n");
        });
        gateway.Models.On("quick", "1 is the number");
        gateway.Use([gateway.Backend("slow"), gateway.Backend("quick"), gateway.Backend("broken")], new PanelSettings { Name = "p", Members = ["slow", "quick", "broken"], Fuser = "select" });

        var events = await gateway.StreamAsync("/v1/blend", new { instruction = "Which?", panel = "p", stream = true, with_member_text = true });

        var texts = events.Where(item => item.Name == "member_text").Select(item => JsonDocument.Parse(item.Data).RootElement)
            .ToLookup(text => text.GetProperty("name").GetString(), text => text.GetProperty("text").GetString());
        Assert.Equal("2 is the number", string.Concat(texts["slow"]));
        Assert.True(texts["slow"].Count() >= 2);
        Assert.Equal("1 is the number", string.Concat(texts["quick"]));
        Assert.Equal(3, events.Count(item => item.Name == "member"));
        Assert.Equal("2 is the number", JsonDocument.Parse(events[^1].Data).RootElement.GetProperty("answer").GetString());
    }

    [Fact]
    public async Task Blend_WithHistory_MembersGetTheConversation()
    {
        gateway.Models.On("one", "1 is the number");
        gateway.Models.On("two", "2 is the number");
        gateway.Use([gateway.Backend("one"), gateway.Backend("two")], new PanelSettings { Name = "p", Members = ["one", "two"] });
        var history = new[] { new { role = "user", content = "Name a number." }, new { role = "assistant", content = "7 is a number" } };

        var (status, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Another?", panel = "p", history });
        var (given, _, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Another?", history, candidates = new[] { "1 is", "2 is" } });

        Assert.True(status == 200, body.ToString());
        Assert.Equal(200, given);
        Assert.Equal([("user", "Name a number."), ("assistant", "7 is a number"), ("user", "Another?")], gateway.Models.CallsOf("one")[^1].Messages);
    }

    [Theory]
    [InlineData("""{"instruction":"x","panel":"p","history":[{"role":"tool","content":"y"}]}""", "\"history[0].role\" is \"tool\"")]
    [InlineData("""{"instruction":"x","panel":"p","history":[{"role":"user","content":" "}]}""", "\"history[0].content\" is empty")]
    [InlineData("""{"instruction":"x","panel":"p","with_member_text":true}""", "requires \"stream\": true")]
    public async Task Blend_BadHistoryOrText_IsRefusedByName(string json, string message)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await gateway.Http.PostAsync(new Uri("/v1/blend", UriKind.Relative), content);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains(message, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_AfterCalls_NamesBackendsWithLatencyAndLastError()
    {
        gateway.Models.On("well", "1 is the number");
        gateway.Models.On("ill", call => call.FailAsync(400, "secret words of the server"));
        gateway.Use([gateway.Backend("well"), gateway.Backend("ill")], new PanelSettings { Name = "p", Members = ["well", "ill"] });
        await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        var status = JsonDocument.Parse(await gateway.Http.GetStringAsync(new Uri("/v1/status", UriKind.Relative))).RootElement;

        var backends = status.GetProperty("silos")[0].GetProperty("backends").EnumerateArray().ToDictionary(backend => backend.GetProperty("name").GetString()!);
        Assert.Equal((1, 0), (backends["well"].GetProperty("answers").GetInt32(), backends["well"].GetProperty("failures").GetInt32()));
        Assert.True(backends["well"].GetProperty("median_seconds").GetDouble() > 0);
        Assert.Equal((0, 1), (backends["ill"].GetProperty("answers").GetInt32(), backends["ill"].GetProperty("failures").GetInt32()));
        var error = backends["ill"].GetProperty("last_error").GetString()!;
        Assert.Contains("400", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }
}
