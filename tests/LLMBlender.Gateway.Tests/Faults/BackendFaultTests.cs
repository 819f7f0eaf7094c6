using System.Net.Http.Json;
using System.Text.Json;
using LLMBlender.Local.Settings;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Gateway.Tests.Faults;

/// <summary>What a backend can do wrong: the blend goes on, says why, and touches no other request.</summary>
public sealed class BackendFaultTests : IClassFixture<GatewayFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly LiveGateway gateway;

    public BackendFaultTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        gateway.Models.On("good", "1 is the number");
    }

    [Theory]
    [InlineData("refused", "unreachable", "no connection")]
    [InlineData("unknown name", "unreachable", "name is not known")]
    [InlineData("expired certificate", "unreachable", "certificate is not trusted")]
    [InlineData("hang before headers", "timed_out", "no answer within 0.4 s")]
    [InlineData("hang in the body", "timed_out", "no answer within 0.4 s")]
    [InlineData("byte by byte", "timed_out", "no answer within 0.4 s")]
    [InlineData("500 always", "faulted", "it answered 500")]
    [InlineData("503", "overloaded", "it answered 503")]
    [InlineData("429, come back in an hour", "overloaded", "it answered 429")]
    [InlineData("401", "refused", "it answered 401")]
    [InlineData("malformed JSON", "faulted", "not JSON")]
    [InlineData("truncated JSON", "faulted", "truncated")]
    [InlineData("broken off", "unreachable", "connection was closed")]
    [InlineData("wrong content type", "faulted", "\"text/html\"")]
    [InlineData("error inside 200", "faulted", "it answered 200 with an error in its body")]
    [InlineData("empty answer", "empty", "contains no text")]
    [InlineData("50 MB", "faulted", "longer than")]
    [InlineData("endless", "faulted", "longer than")]
    [InlineData("invalid UTF-8", "faulted", "not valid UTF-8")]
    [InlineData("redirect elsewhere", "faulted", "redirects are not followed")]
    public async Task Blend_MemberAtFault_AnswersWithoutItAndSaysWhy(string fault, string reason, string said)
    {
        using var certificate = new ExpiredServer();
        var bad = Backend(fault, certificate.Url);
        Script(fault, bad.Name);
        gateway.Use(
            [gateway.Backend("good"), bad],
            new PanelSettings { Name = "pair", Members = ["good", bad.Name], MemberTimeout = reason == "timed_out" ? TimeSpan.FromSeconds(0.4) : null },
            new PanelSettings { Name = "well", Members = ["good"] });

        var hurt = gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "pair", timeout = 30 });
        var well = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "well" });
        var (status, body, _) = await hurt;

        Assert.Equal(200, status);
        Assert.Equal("1 is the number", body.GetProperty("answer").GetString());
        var failure = Assert.Single(body.GetProperty("failures").EnumerateArray());
        Assert.Equal(bad.Name, failure.GetProperty("what").GetString());
        Assert.Contains(said, failure.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(reason, failure.GetProperty("reason").GetString());
        Assert.Equal(200, well.Status);
        Assert.Empty(well.Body.GetProperty("failures").EnumerateArray());
        if (fault == "redirect elsewhere")
        {
            // Elsewhere is the same server: who followed would be there more than once.
            Assert.Single(gateway.Models.CallsOf(bad.Name));
        }
    }

    [Theory]
    [InlineData(500, null)]
    [InlineData(503, null)]
    [InlineData(429, "1")]
    public async Task Blend_MemberFailsOnce_IsAskedAgain(int status, string? retryAfter)
    {
        var name = $"once-{status}";
        gateway.Models.On(name, call => gateway.Models.CallsOf(name).Count == 1 ? call.FailAsync(status, "not now", retryAfter) : call.AnswerAsync("2 is the number"));
        gateway.Use([gateway.Backend(name)], new PanelSettings { Name = "p", Members = [name] });

        var (code, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        Assert.Equal((200, "2 is the number"), (code, body.GetProperty("answer").GetString()));
        Assert.Equal(2, gateway.Models.CallsOf(name).Count);
    }

    [Fact]
    public async Task Blend_MemberAskedForRest_IsLeftAlone()
    {
        gateway.Models.On("resting", call => call.FailAsync(429, "slow down", "3600"));
        gateway.Use([gateway.Backend("resting")], new PanelSettings { Name = "p", Members = ["resting"] });

        var first = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });
        var second = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        Assert.Equal((429, 429), (first.Status, second.Status));
        Assert.Equal(60, first.Response.Headers.RetryAfter?.Delta?.TotalSeconds);
        Assert.Contains("Retry-After", second.Body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Single(gateway.Models.CallsOf("resting"));
    }

    [Fact]
    public async Task Blend_MembersPlacesAllTaken_IsRefusedAtOnceAndSaysWhenToComeAgain()
    {
        var (asked, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        gateway.Models.On("crowded", async call =>
        {
            asked.TrySetResult();
            await release.Task;
            await call.AnswerAsync("1 is the number");
        });
        gateway.Use([gateway.Backend("crowded") with { MaxConcurrency = 1, MaxWaiting = 0 }], new PanelSettings { Name = "p", Members = ["crowded"] });

        var first = gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p", timeout = 300 });
        await asked.Task.WaitAsync(Patience);
        var second = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p", timeout = 300 });
        release.SetResult();

        Assert.Equal((429, "overloaded"), (second.Status, second.Body.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(1, second.Response.Headers.RetryAfter?.Delta?.TotalSeconds);
        Assert.Equal(200, (await first).Status);
        Assert.Single(gateway.Models.CallsOf("crowded"));
    }

    [Fact]
    public async Task Blend_MemberFailsAgainAndAgain_TripsItsBreakerAtLowTraffic()
    {
        gateway.Models.On("tripping", call => call.FailAsync(500, "out of order"));
        gateway.Use([gateway.Backend("tripping") with { BreakerCalls = 4 }], new PanelSettings { Name = "p", Members = ["tripping"] });

        for (var i = 0; i < 5; i++)
        {
            await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });
        }

        var (status, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        Assert.Equal(503, status);
        Assert.Contains("circuit breaker is open", body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(4, gateway.Models.CallsOf("tripping").Count);
    }

    [Fact]
    public async Task Blend_TwoMembersSayTheSame_BothAreRankedAndTie()
    {
        gateway.Models.On("echo-a", "4 is the number");
        gateway.Models.On("echo-b", "4 is the number");
        gateway.Use(
            [gateway.Backend("good"), gateway.Backend("echo-a"), gateway.Backend("echo-b")],
            new PanelSettings { Name = "p", Members = ["good", "echo-a", "echo-b"] });

        var (_, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        Assert.Equal([3, 1, 1], body.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("rank").GetInt32()));
        Assert.Empty(body.GetProperty("failures").EnumerateArray());
    }

    [Fact]
    public async Task Blend_FuserAskedForRest_IsLeftAlone()
    {
        gateway.Models.On("resting-fuser", call => call.FailAsync(429, "slow down", "3600"));
        gateway.Use([gateway.Backend("good"), gateway.Backend("resting-fuser")], new PanelSettings { Name = "p", Members = ["good"], Fuser = "resting-fuser" });

        var first = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });
        var second = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        Assert.All([first.Body, second.Body], body => Assert.Equal("1 is the number", body.GetProperty("answer").GetString()));
        Assert.Contains("Retry-After", second.Body.GetProperty("failures")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Single(gateway.Models.CallsOf("resting-fuser"));
    }

    [Fact]
    public async Task Blend_AllFail_SaysWhyEachDid()
    {
        gateway.Models.On("bad-a", call => call.FailAsync(500, "out of order"));
        gateway.Models.On("bad-b", call => call.FailAsync(401, "who are you"));
        gateway.Use([gateway.Backend("bad-a"), gateway.Backend("bad-b")], new PanelSettings { Name = "p", Members = ["bad-a", "bad-b"] });

        var (status, body, _) = await gateway.PostAsync("/v1/chat/completions", OpenAI.ChatTests.Chat("p"));

        Assert.Equal(502, status);
        var message = body.GetProperty("error").GetProperty("message").GetString();
        Assert.Contains("bad-a: it answered 500", message, StringComparison.Ordinal);
        Assert.Contains("bad-b: it answered 401", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blend_QuorumLessOne_FailsAndSaysSo()
    {
        gateway.Models.On("bad-c", call => call.FailAsync(500, "out of order"));
        gateway.Use([gateway.Backend("good"), gateway.Backend("bad-c")], new PanelSettings { Name = "p", Members = ["good", "bad-c"], Quorum = 2 });

        var (status, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        Assert.Equal(502, status);
        Assert.Contains("1 of panel \"p\" answered, and its quorum is 2", body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blend_StragglerAfterQuorum_IsNotWaitedForAndItsCallEnds()
    {
        var name = $"straggling-{Guid.NewGuid():N}";
        using var measured = new Measurements("panel", name);
        gateway.Models.On("straggler", call => call.HangAsync());
        gateway.Use(
            [gateway.Backend("good"), gateway.Backend("straggler")],
            new PanelSettings { Name = name, Members = ["good", "straggler"], Quorum = 1, Grace = TimeSpan.FromMilliseconds(300) });

        var (status, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = name, timeout = 300 });

        Assert.Equal(200, status);
        var failure = Assert.Single(body.GetProperty("failures").EnumerateArray());
        Assert.Equal(
            ("timed_out", "enough others had answered, and it was no longer awaited"),
            (failure.GetProperty("reason").GetString(), failure.GetProperty("message").GetString()));
        Assert.Equal((1, 1), (measured.Sum("llmblender.panel.stragglers"), measured.Sum("llmblender.panel.answers", ("result", "timed_out"))));
        await Assert.Single(gateway.Models.CallsOf("straggler")).Left.WaitAsync(Patience);
    }

    [Fact]
    public async Task Blend_StragglerAfterQuorum_IsAnEventOfTheStream()
    {
        gateway.Models.On("straggling", call => call.HangAsync());
        gateway.Use(
            [gateway.Backend("good"), gateway.Backend("straggling")],
            new PanelSettings { Name = "p", Members = ["good", "straggling"], Quorum = 1, Grace = TimeSpan.FromMilliseconds(50) });

        var events = await gateway.StreamAsync("/v1/blend", new { instruction = "Which?", panel = "p", stream = true, timeout = 300 });

        Assert.Equal(2, events.Count(item => item.Name == "member"));
    }

    [Theory]
    [InlineData("stop", "empty", "its answer contains no text")]
    [InlineData("content_filter", "refused", "a content filter blocked its answer")]
    public async Task Blend_AnswerWithoutAText_IsPaidForAllTheSame(string finish, string reason, string message)
    {
        gateway.Models.On("wordless", call => call.AnswerAsync("", finishReason: finish));
        gateway.Use([gateway.Backend("good"), gateway.Backend("wordless") with { PromptPrice = 1_000_000 }], new PanelSettings { Name = "p", Members = ["good", "wordless"], Fuser = "select" });

        var (_, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        var failure = Assert.Single(body.GetProperty("failures").EnumerateArray());
        Assert.Equal((reason, message), (failure.GetProperty("reason").GetString(), failure.GetProperty("message").GetString()));
        Assert.Equal((20, 10m), (body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), body.GetProperty("usage").GetProperty("cost").GetDecimal()));
    }

    [Fact]
    public async Task Blend_PassedMemberHangs_IsCounted()
    {
        var name = $"passed-{Guid.NewGuid():N}";
        using var measured = new Measurements("panel", name);
        gateway.Models.On("hung", call => call.HangAsync());
        gateway.Use([gateway.Backend("hung")], new PanelSettings { Name = name, Members = ["hung"], Fuser = "select", Deadline = TimeSpan.FromSeconds(0.5) });

        var (status, _, _) = await gateway.PostAsync("/v1/chat/completions", OpenAI.ChatTests.Chat(name, stream: true));

        Assert.Equal(504, status);
        Assert.Equal(
            (1, 1),
            (measured.Sum("llmblender.panel.answers", ("result", "timed_out")), measured.Sum("llmblender.panel.inquiries", ("result", "too_few"))));
    }

    [Fact]
    public async Task Blend_SlowMember_IsAskedASecondTimeWithinTheBudget()
    {
        gateway.Models.On("slow", call => gateway.Models.CallsOf("slow").Count == 1 ? call.HangAsync() : call.AnswerAsync("3 is the number"));
        gateway.Use(
            [gateway.Backend("slow")],
            new PanelSettings { Name = "p", Members = ["slow"], HedgeBudget = 1, HedgeAfter = TimeSpan.FromMilliseconds(100) });

        var (status, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p", trace = true, timeout = 300 });

        Assert.Equal((200, "3 is the number"), (status, body.GetProperty("answer").GetString()));
        Assert.True(body.GetProperty("trace").GetProperty("members")[0].GetProperty("hedged").GetBoolean());
        await gateway.Models.CallsOf("slow")[0].Left.WaitAsync(Patience);
    }

    [Fact]
    public async Task Blend_AllMembersHang_EndsByThePanelsDeadline()
    {
        gateway.Models.On("hanging", call => call.HangAsync());
        gateway.Use([gateway.Backend("hanging")], new PanelSettings { Name = "p", Members = ["hanging"], Deadline = TimeSpan.FromSeconds(0.5) });

        var (status, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p", timeout = 300 });

        Assert.Equal(504, status);
        Assert.Equal("deadline_exceeded", body.GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(true, "select")]
    public async Task Blend_ClientGone_EndsTheWorkOfItsBackends(bool stream, string? fuser)
    {
        var asked = new TaskCompletionSource<FakeCall>();
        gateway.Models.On("waiting", call =>
        {
            asked.TrySetResult(call);
            return call.HangAsync();
        });
        gateway.Use([gateway.Backend("waiting")], new PanelSettings { Name = "p", Members = ["waiting"], Fuser = fuser });
        using var client = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = JsonContent.Create(OpenAI.ChatTests.Chat("p", stream: stream)) };

        var answer = gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, client.Token);
        var call = await asked.Task.WaitAsync(Patience);
        HttpResponseMessage? response = null;
        if (stream)
        {
            response = await answer;
        }

        await client.CancelAsync();
        response?.Dispose();

        await call.Left.WaitAsync(Patience);
    }

    [Fact]
    public async Task Blend_FuserWithoutEnd_GivesTheBestCandidate()
    {
        gateway.Models.On("endless-fuser", async call =>
        {
            call.Context.Response.ContentType = "text/event-stream";
            var line = $"data: {JsonSerializer.Serialize(new { id = "x", @object = "chat.completion.chunk", created = 1, model = "m", choices = new[] { new { index = 0, delta = new { content = new string('x', 1000) } } } })}\n\n";
            while (true)
            {
                await call.RawAsync(line);
            }
        });
        gateway.Use(
            [gateway.Backend("good"), gateway.Backend("endless-fuser") with { MaxAnswerBytes = 100_000 }],
            new PanelSettings { Name = "p", Members = ["good"], Fuser = "endless-fuser" });

        var (status, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        Assert.Equal((200, "1 is the number"), (status, body.GetProperty("answer").GetString()));
        Assert.Equal("fuse", Assert.Single(body.GetProperty("failures").EnumerateArray()).GetProperty("what").GetString());
    }

    private BackendSettings Backend(string fault, string expired)
    {
        var backend = gateway.Backend($"bad:{Guid.NewGuid():N}");
        return fault switch
        {
            "refused" => backend with { Url = "http://127.0.0.1:1/v1" },
            "unknown name" => backend with { Url = "http://no-such-host.invalid/v1" },
            "expired certificate" => backend with { Url = expired },
            "50 MB" or "endless" => backend with { MaxAnswerBytes = 1_000_000 },
            _ => backend,
        };
    }

    private void Script(string fault, string name) => gateway.Models.On(name, call => fault switch
    {
        "hang before headers" => call.HangAsync(),
        "hang in the body" => HangInBodyAsync(call),
        "byte by byte" => ByteByByteAsync(call),
        "500 always" => call.FailAsync(500, "out of order"),
        "503" => call.FailAsync(503, "loading"),
        "429, come back in an hour" => call.FailAsync(429, "slow down", "3600"),
        "401" => call.FailAsync(401, "who are you"),
        "malformed JSON" => call.JsonAsync("{not json}"),
        "truncated JSON" => call.JsonAsync("{\"choices\":[{\"mess"),
        "broken off" => BrokenOffAsync(call),
        "wrong content type" => HtmlAsync(call),
        "error inside 200" => call.JsonAsync("{\"error\":{\"message\":\"no accelerator left\"}}"),
        "empty answer" => call.AnswerAsync(""),
        "50 MB" => ManyAsync(call, 50),
        "endless" => ManyAsync(call, int.MaxValue),
        "invalid UTF-8" => InvalidAsync(call),
        "redirect elsewhere" => RedirectAsync(call),
        _ => Task.CompletedTask,
    });

    private static async Task HangInBodyAsync(FakeCall call)
    {
        await call.JsonAsync("{\"choices\":[");
        await call.HangAsync();
    }

    private static async Task ByteByByteAsync(FakeCall call)
    {
        await call.JsonAsync("{");
        while (true)
        {
            await call.RawAsync(" ");
            await Task.Delay(100, call.Context.RequestAborted);
        }
    }

    private static async Task BrokenOffAsync(FakeCall call)
    {
        call.Context.Response.ContentLength = 1000;
        await call.JsonAsync("{\"choices\":[");
        call.Context.Abort();
    }

    private static Task HtmlAsync(FakeCall call)
    {
        call.Context.Response.ContentType = "text/html";
        return call.RawAsync("<h1>Welcome</h1>");
    }

    private static async Task ManyAsync(FakeCall call, int megabytes)
    {
        await call.JsonAsync("{\"x\":\"");
        var piece = new string('x', 1_000_000);
        for (var i = 0; i < megabytes; i++)
        {
            await call.RawAsync(piece);
        }
    }

    private static async Task InvalidAsync(FakeCall call)
    {
        call.Context.Response.ContentType = "application/json";
        await call.Context.Response.Body.WriteAsync((byte[])[.. "{\"x\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
    }

    private static Task RedirectAsync(FakeCall call)
    {
        call.Context.Response.Headers.Location = call.Context.Request.Path + "?elsewhere";
        call.Context.Response.StatusCode = 307;
        return Task.CompletedTask;
    }
}
