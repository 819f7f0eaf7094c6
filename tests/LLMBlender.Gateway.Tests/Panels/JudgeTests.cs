using LLMBlender.Local.Judging;
using LLMBlender.Local.Settings;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Gateway.Tests.Panels;

public sealed class JudgeTests : IClassFixture<GatewayFixture>
{
    private readonly LiveGateway gateway;

    public JudgeTests(GatewayFixture fixture)
    {
        gateway = fixture.Gateway;
        foreach (var name in (string[])["small", "large", "middle"])
        {
            gateway.Models.On(name, $"the {name} one");
        }

        gateway.Use(
            [gateway.Backend("small"), gateway.Backend("large"), gateway.Backend("middle"), gateway.Backend("judge") with { PromptPrice = 1_000_000 }],
            new PanelSettings { Name = "p", Members = ["small", "large", "middle"], Ranker = "judge", Fuser = "select" });
    }

    [Fact]
    public async Task Judge_BiasedToWhoComesFirst_RanksWithoutTheBias()
    {
        // Is hard on whoever comes second: says A>B where it says B>>A of the same two the other way round.
        gateway.Models.On("judge", call => call.AnswerAsync((Size(call, "A") - Size(call, "B")) switch { >= 4 => "A>>B", >= -1 => "I think so.\nA>B", _ => "B>>A" }, promptTokens: 1));

        var before = gateway.Models.CallsOf("judge").Count;

        var (status, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p", trace = true });

        Assert.Equal(200, status);
        Assert.Equal("the large one", body.GetProperty("answer").GetString());
        Assert.Equal([3, 1, 2], body.GetProperty("candidates").EnumerateArray().Select(candidate => candidate.GetProperty("rank").GetInt32()));
        var matrix = body.GetProperty("trace").GetProperty("matrix");
        Assert.Equal((1.5f, -1.5f, 2f), (matrix[1][2].GetSingle(), matrix[2][1].GetSingle(), matrix[1][0].GetSingle()));
        Assert.Equal(6, body.GetProperty("usage").GetProperty("cost").GetDecimal());
        Assert.Equal(6, gateway.Models.CallsOf("judge").Count - before);
    }

    [Fact]
    public async Task Judge_AsTheGuard_IsPaidFor()
    {
        gateway.Models.On("judge", call => call.AnswerAsync("A>B", promptTokens: 1));
        gateway.Models.On("fuser", "the fused one");
        gateway.Use(
            [gateway.Backend("small"), gateway.Backend("large"), gateway.Backend("fuser"), gateway.Backend("judge") with { PromptPrice = 1_000_000 }],
            new PanelSettings { Name = "p", Members = ["small", "large"], Ranker = "judge", Fuser = "fuser" });

        var (_, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        // Both orders of the two candidates, and of the fused answer and the best.
        Assert.Equal((4m, 34), (body.GetProperty("usage").GetProperty("cost").GetDecimal(), body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32()));
    }

    [Theory]
    [InlineData("nothing to say", "no verdict that can be read")]
    [InlineData(null, "it answered 500")]
    public async Task Judge_Unusable_LeavesTheCandidatesUnrankedAndSaysWhy(string? answer, string said)
    {
        gateway.Models.On("judge", call => answer is null ? call.FailAsync(500, "out of order") : call.AnswerAsync(answer));

        var (status, body, _) = await gateway.PostAsync("/v1/blend", new { instruction = "Which?", panel = "p" });

        Assert.Equal(200, status);
        var failure = Assert.Single(body.GetProperty("failures").EnumerateArray());
        Assert.Equal("rank", failure.GetProperty("what").GetString());
        Assert.Contains(said, failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A>B", 1f)]
    [InlineData("First I thought A>B, but:\nB>>A", -2f)]
    [InlineData("A=B", 0f)]
    [InlineData("A=B, no:\nA=B=BAD", 0f, true)]
    [InlineData("A=B=BAD? No: B=A", 0f)]
    [InlineData("neither", null)]
    public void Read_Verdict_IsTheLast(string answer, float? logit, bool isBad = false) =>
        Assert.Equal(logit is { } known ? new JudgeVerdict(known, isBad) : null, JudgePrompt.Read(answer));

    private static int Size(FakeCall call, string place)
    {
        var text = call.Messages[^1].Text;
        var start = text.IndexOf($"[{place} ", StringComparison.Ordinal);
        var inside = text[start..text.IndexOf($"[/{place} ", StringComparison.Ordinal)];
        return inside.Contains("large", StringComparison.Ordinal) ? 4 : inside.Contains("middle", StringComparison.Ordinal) ? 2 : 0;
    }
}
