using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.Tests;

public sealed class BlendingEndpointsTests
{
    private const string Record = """{"id":7,"instruction":"Say.","input":"It","candidates":[{"model":"m","text":"a"},{"text":"ü🍁"}]""";

    [Fact]
    public async Task Rank_Record_IsAnsweredAsTheVerbDoes()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Blender.Answer = (_, _) => Task.FromResult<object>(new RankingResponse
        {
            Ranks = [2, 1], Scores = [-0.5, 0.5], Comparisons = 2, Reused = 0, Matrix = [0, -0.5f, float.NaN, 0], Ranker = "r",
        });

        var (status, body, _) = await gateway.PostAsync("/v1/rank", Record + ""","ranker":"r","aggregate":"max-wins","matrix":true,"timeout":1.5}""");

        Assert.Equal(200, status);
        Assert.Equal("""{"id":7,"ranks":[2,1],"scores":[-0.5,0.5],"comparisons":2,"matrix":[[0,-0.5],[null,0]]}""", body.ToJsonString());
        var asked = Assert.IsType<RankingRequest>(gateway.Blender.Asked);
        Assert.Equal(("Say.", "It", "r", "max-wins", true), (asked.Instruction, asked.Input, asked.Ranker, asked.Aggregation, asked.WithMatrix));
        Assert.Equal([new Candidate("m", "a"), new Candidate(null, "ü🍁")], asked.Candidates);
        Assert.Equal(TimeSpan.FromSeconds(1.5), asked.Timeout);
    }

    [Fact]
    public async Task Results_OfACalibratedRanker_NameItAndItsProbabilities()
    {
        await using var gateway = await TestGateway.StartAsync();
        var info = new RankerInfo("r", RankerInfo.RewardModel) { Temperature = 0.5 };
        var ranking = new RankingResponse
        {
            Ranks = [2, 1], Scores = [-0.5, 0.5], Comparisons = 2, Reused = 0, Matrix = [0, -0.5f, float.NaN, 0], Ranker = "r", RankerInfo = info, Confidence = 0.625,
        };
        gateway.Blender.Answer = (request, _) => Task.FromResult<object>(request switch
        {
            RankingRequest => ranking,
            CompareRequest => new CompareResponse(1, 1) { RankerInfo = info, Probability = 0.75 },
            _ => new BlendResponse(null, "It.", [], [], new BlendUsage(0, 0, 2))
            {
                RankerInfo = info,
                Confidence = 0.625,
                Fusion = new BlendFusion("f", BlendGiven.Fused, 1) { Probability = 0.75 },
                Trace = new BlendTrace { Members = [], Ranking = ranking },
            },
        });

        var (_, ranked, _) = await gateway.PostAsync("/v1/rank", Record + ""","matrix":true}""");
        var (_, compared, _) = await gateway.PostAsync("/v1/compare", """{"instruction":"Say.","a":"x","b":"y"}""");
        var (_, blended, _) = await gateway.PostAsync("/v1/blend", Record + ""","trace":true}""");

        const string expected = """{"name":"r","kind":"reward-model","temperature":0.5}""";
        Assert.All([ranked, compared, blended], body => Assert.Equal(expected, body["ranker_info"]!.ToJsonString()));
        Assert.Equal(1 / (1 + Math.Exp(1)), ranked["probability"]![0]![1]!.GetValue<double>(), 1e-12);
        Assert.Null(ranked["probability"]![1]![0]);
        Assert.All([ranked, blended], static body => Assert.Equal(0.625, body["confidence"]!.GetValue<double>()));
        Assert.Equal(0.75, compared["probability"]!.GetValue<double>());
        Assert.Equal(0.75, blended["fusion"]!["probability"]!.GetValue<double>());
        Assert.Equal(ranked["probability"]!.ToJsonString(), blended["trace"]!["probability"]!.ToJsonString());
    }

    [Fact]
    public async Task Rank_AgainstAReference_GivesTheTop()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Blender.Answer = (_, _) => Task.FromResult<object>(new RankingResponse
        {
            Ranks = [2, 1], Scores = [-0.5, 0.5], Comparisons = 4, Reused = 0, Matrix = [0, 1, 2, 3, 0, 4, 5, 6, 0], Ranker = "r",
        });

        var (_, body, _) = await gateway.PostAsync("/v1/rank", Record + ""","reference":"ref","matrix":true,"top_k":1}""");

        Assert.Equal(
            """{"id":7,"ranks":[2,1],"scores":[-0.5,0.5],"comparisons":4,"matrix":[[0,1,2],[3,0,4],[5,6,0]],"top":[{"model":null,"text":"ü🍁","rank":1,"score":0.5}]}""",
            Regular(body));
        Assert.Equal("ref", Assert.IsType<RankingRequest>(gateway.Blender.Asked).Reference);
        await gateway.PostAsync("/v1/rank", Record + ""","reference_mode":"last"}""");
        Assert.Equal("last", Assert.IsType<RankingRequest>(gateway.Blender.Asked).ReferenceMode);

        static string Regular(JsonNode body) => body.ToJsonString(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
            .Replace("\\uD83C\\uDF41", "🍁", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_Conversations_AreOneSourceWithGaps()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Blender.Answer = (_, _) => Task.FromResult<object>(new CompareResponse(1, 1));

        var (status, _, _) = await gateway.PostAsync("/v1/compare", """
            {"conversation_a":[{"role":"user","content":"q"},{"role":"assistant","content":"r"},{"role":"user","content":"s"},{"role":"assistant","content":"t"}],
             "conversation_b":[{"role":"user","content":"q"},{"role":"assistant","content":"x"},{"role":"user","content":"s"},{"role":"assistant","content":"y"}],
             "order":"ab"}
            """);

        var asked = Assert.IsType<CompareRequest>(gateway.Blender.Asked);
        Assert.Equal(200, status);
        Assert.Equal("USER: q\nAssistant: <Response 1>\nUSER: s\nAssistant: <Response 2>", asked.Input);
        Assert.Equal(("<Response 1>: r\n<Response 2>: t", "<Response 1>: x\n<Response 2>: y", PairOrder.Ab), (asked.A, asked.B, asked.Order));
    }

    [Fact]
    public async Task Compare_ConversationsThatDontFit_AreRefused()
    {
        await using var gateway = await TestGateway.StartAsync();

        var (status, body, _) = await gateway.PostAsync(
            "/v1/compare", """{"conversation_a":[{"role":"user","content":"q"},{"role":"assistant","content":"r"}],"conversation_b":[{"role":"user","content":"q"}]}""");

        Assert.Equal(400, status);
        Assert.Equal("conversation b has 1 messages, and must have an even number above 0", body["error"]!["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task Compare_Record_IsAnsweredAsTheVerbDoes()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Blender.Answer = (_, _) => Task.FromResult<object>(new CompareResponse(-1.5f, 1));

        var (_, body, _) = await gateway.PostAsync("/v1/compare", """{"id":"x","instruction":"Say.","a":"A","b":"B","order":"ba"}""");

        Assert.Equal("""{"id":"x","logit":-1.5,"better":"a"}""", body.ToJsonString());
        Assert.Equal(PairOrder.Ba, Assert.IsType<CompareRequest>(gateway.Blender.Asked).Order);
    }

    [Fact]
    public async Task Fuse_Record_IsAnswered()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Blender.Answer = (_, _) => Task.FromResult<object>(new FuseResponse("fused", [0, 1], "f", 10, 2));

        var (_, body, _) = await gateway.PostAsync("/v1/fuse", Record + ""","fuser":"f","top_k":2}""");

        Assert.Equal("""{"id":7,"answer":"fused","made_from":[0,1],"usage":{"prompt_tokens":10,"completion_tokens":2}}""", body.ToJsonString());
        var asked = Assert.IsType<FuseRequest>(gateway.Blender.Asked);
        Assert.Equal(("f", 2), (asked.Fuser, asked.TopK));
    }

    [Fact]
    public async Task Fuse_FuserFails_IsNamed()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Blender.Answer = (_, _) => Task.FromResult<object>(new FuseResponse("a", [0], "f", 10, 2)
        {
            Failure = new BlendFailure("fuse", BlendFailureReason.TimedOut, "no answer within 2 s"), ReachedLimit = true, Cost = 0.25m,
        });

        var (status, body, _) = await gateway.PostAsync("/v1/fuse", Record + "}");

        Assert.Equal(200, status);
        Assert.Equal(
            """{"id":7,"answer":"a","made_from":[0],"failure":{"what":"fuse","reason":"timed_out","message":"no answer within 2 s"},"reached_limit":true,"usage":{"prompt_tokens":10,"completion_tokens":2,"cost":0.25}}""",
            body.ToJsonString());
    }

    [Fact]
    public async Task Fuse_RankedCandidates_AreFusedBestFirst()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Blender.Answer = (_, _) => Task.FromResult<object>(new FuseResponse("fused", [0, 1], "f", 10, 2));

        var (_, body, _) = await gateway.PostAsync(
            "/v1/fuse", """{"instruction":"Say.","candidates":[{"text":"third","rank":3},{"text":"first","rank":1},{"text":"second","rank":2}]}""");

        Assert.Equal(["first", "second", "third"], Assert.IsType<FuseRequest>(gateway.Blender.Asked).Candidates.Select(candidate => candidate.Text));
        Assert.Equal("[1,2]", body["made_from"]!.ToJsonString());
    }

    [Fact]
    public async Task Blend_NotCompared_HasANullMargin()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Blender.Answer = (_, _) => Task.FromResult<object>(new BlendResponse(null, "best", [new RankedCandidate(null, "best", 1, 0.5)], [], new BlendUsage(1, 2, 3))
        {
            Fusion = new BlendFusion("f", BlendGiven.Best, null), MadeFrom = [0],
        });

        var (_, body, _) = await gateway.PostAsync("/v1/blend", """{"instruction":"Say."}""");

        Assert.Equal(
            """{"answer":"best","candidates":[{"model":null,"text":"best","rank":1,"score":0.5}],"made_from":[0],"failures":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"comparisons":3},"fusion":{"fuser":"f","given":"best","margin":null}}""",
            body.ToJsonString());
    }

    [Fact]
    public async Task Blend_PartialFailure_IsInTheAnswer()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Blender.Answer = (_, _) => Task.FromResult<object>(new BlendResponse(
            null,
            "best",
            [new RankedCandidate("m", "best", 1, 0.5)],
            [new BlendFailure("slow", BlendFailureReason.TimedOut, "no answer within 2 s")],
            new BlendUsage(1, 2, 3))
        {
            MadeFrom = [0],
        });

        var (status, body, _) = await gateway.PostAsync("/v1/blend", """{"instruction":"Say.","panel":"p"}""");

        Assert.Equal(200, status);
        Assert.Equal("timed_out", body["failures"]![0]!["reason"]!.GetValue<string>());
        Assert.Equal(0, body["made_from"]![0]!.GetValue<int>());
        Assert.Equal(3, body["usage"]!["comparisons"]!.GetValue<int>());
        Assert.Equal("p", Assert.IsType<BlendRequest>(gateway.Blender.Asked).Panel);
    }

    [Theory]
    [InlineData("/v1/rank", """[]""", null)]
    [InlineData("/v1/rank", """{"instruction":""", null)]
    [InlineData("/v1/rank", """{"candidates":[]}""", "instruction")]
    [InlineData("/v1/rank", """{"instruction":5,"candidates":[]}""", "instruction")]
    [InlineData("/v1/rank", """{"instruction":"Say."}""", "candidates")]
    [InlineData("/v1/rank", """{"instruction":"Say.","candidates":[{"text":"a"},{"model":"m"}]}""", "candidates[1].text")]
    [InlineData("/v1/rank", """{"instruction":"Say.","candidates":[{"text":"a"}],"matrix":"yes"}""", "matrix")]
    [InlineData("/v1/rank", """{"instruction":"Say.","candidates":[{"text":"a"}],"timeout":0}""", "timeout")]
    [InlineData("/v1/rank", """{"instruction":"\ud800","candidates":[{"text":"a"}]}""", "instruction")]
    [InlineData("/v1/compare", """{"instruction":"Say.","a":"A","b":"B","order":"aa"}""", "order")]
    [InlineData("/v1/fuse", """{"instruction":"Say.","candidates":[{"text":"a"}],"top_k":1.5}""", "top_k")]
    public async Task Request_BrokenRule_NamesTheField(string path, string request, string? field)
    {
        await using var gateway = await TestGateway.StartAsync();

        var (status, body, _) = await gateway.PostAsync(path, request);

        Assert.Equal(400, status);
        Assert.Equal("invalid_request_error", body["error"]!["type"]!.GetValue<string>());
        Assert.Equal(field, body["error"]!["param"]?.GetValue<string>());
        Assert.NotEmpty(body["error"]!["message"]!.GetValue<string>());
        Assert.Null(gateway.Blender.Asked);
    }

    [Theory]
    [InlineData(BlendFailureReason.Overloaded, 429, "overloaded")]
    [InlineData(BlendFailureReason.TimedOut, 504, "deadline_exceeded")]
    [InlineData(BlendFailureReason.Unreachable, 503, "unreachable")]
    [InlineData(BlendFailureReason.Refused, 400, "refused")]
    [InlineData(BlendFailureReason.Empty, 502, "empty")]
    [InlineData(BlendFailureReason.Faulted, 502, "faulted")]
    public async Task Request_ClusterFails_HasAStatusOfItsOwn(BlendFailureReason reason, int expected, string code)
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Blender.Answer = (_, _) => Task.FromException<object>(
            new BlendException("rank", reason, "so it is") { RetryAfter = TimeSpan.FromMilliseconds(1200) });

        var (status, body, retryAfter) = await gateway.PostAsync("/v1/rank", Record + "}");

        Assert.Equal(expected, status);
        Assert.Equal(code, body["error"]!["code"]!.GetValue<string>());
        Assert.Equal("so it is", body["error"]!["message"]!.GetValue<string>());
        Assert.Equal(reason is BlendFailureReason.Overloaded or BlendFailureReason.Unreachable ? TimeSpan.FromSeconds(2) : null, retryAfter);
    }

    [Fact]
    public async Task Request_Unforeseen_TellsNothingOfIt()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Blender.Answer = (_, _) => Task.FromException<object>(new InvalidOperationException("a secret"));

        var (status, body, _) = await gateway.PostAsync("/v1/rank", Record + "}");

        Assert.Equal(500, status);
        Assert.DoesNotContain("secret", body.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_CallerGone_IsCancelled()
    {
        await using var gateway = await TestGateway.StartAsync();
        var (reached, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        gateway.Blender.Answer = async (_, cancellationToken) =>
        {
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            reached.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new object();
        };
        using var caller = new CancellationTokenSource();
        var request = gateway.PostAsync("/v1/rank", Record + "}", caller.Token);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData(true, null, 200, 200, 200)]
    [InlineData(true, "shutting down", 200, 200, 503)]
    [InlineData(false, null, 200, 503, 503)]
    public async Task Health_OfAState_IsWhatAnOrchestratorWants(bool started, string? problem, int live, int startup, int ready)
    {
        await using var gateway = await TestGateway.StartAsync();
        (gateway.Started, gateway.Problem) = (started, problem);

        Assert.Equal(live, (await gateway.GetAsync("/health/live")).Status);
        Assert.Equal(startup, (await gateway.GetAsync("/health/startup")).Status);
        Assert.Equal(ready, (await gateway.GetAsync("/health/ready")).Status);
    }
}
