using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Gateway.Tests.Verifying;

/// <summary>The path, through the whole server; its ranker prefers the answer with the larger number.</summary>
public sealed class VerifyEndpointTests
{
    private static readonly object[] Candidates = [new { model = "one", text = "1 is the number" }, new { model = "nine", text = "9 is the number" }];

    [Fact]
    public async Task Verify_Answers_ApprovesTheBest()
    {
        await using var gateway = await LiveGateway.StartAsync();

        var (status, body, _) = await gateway.PostAsync("/v1/verify", new { id = "v", instruction = "Which?", candidates = Candidates, confidence = 0.6 });

        Assert.Equal((200, "v", "approve", 1), (status, Text(body, "id"), Text(body, "verdict"), body.GetProperty("choice").GetInt32()));
        Assert.Equal(["reject", "approve"], body.GetProperty("candidates").EnumerateArray().Select(static candidate => candidate.GetProperty("verdict").GetString()));
        Assert.Equal("fake", body.GetProperty("ranker_info").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Verify_SingleAnswer_NeedsAReference()
    {
        await using var gateway = await LiveGateway.StartAsync();

        var (_, alone, _) = await gateway.PostAsync("/v1/verify", new { instruction = "Which?", candidates = new[] { "5 is the number" } });
        var (_, worse, _) = await gateway.PostAsync("/v1/verify", new { instruction = "Which?", candidates = new[] { "5 is the number" }, reference = "9 is the number", confidence = 0.6 });
        var (_, better, _) = await gateway.PostAsync("/v1/verify", new { instruction = "Which?", candidates = new[] { "5 is the number" }, reference = "1 is the number", confidence = 0.6 });

        Assert.Equal(("abstain", "reject", "approve"), (Text(alone, "verdict"), Text(worse, "verdict"), Text(better, "verdict")));
        Assert.Contains("give a \"reference\"", Text(alone, "reason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_ForAPanel_UsesItsRankerAndConfidence()
    {
        await using var gateway = await LiveGateway.StartAsync(new GatewayOptions { Callers = [Caller("me", "my-key", rankers: [])] });
        gateway.Models.On("judge", "A>B");
        gateway.Use(
            [gateway.Backend("one"), gateway.Backend("nine"), gateway.Backend("judge")],
            new PanelSettings { Name = "p", Members = ["one", "nine"], Confidence = 0.55 },
            new PanelSettings { Name = "judged", Members = ["one", "nine"], Ranker = "judge" });

        var (_, body, _) = await gateway.PostAsync("/v1/verify", new { instruction = "Which?", candidates = Candidates, panel = "p" }, "my-key");
        var (judgedStatus, judged, _) = await gateway.PostAsync("/v1/verify", new { instruction = "Which?", candidates = Candidates, panel = "judged" }, "my-key");
        var (forbidden, _, _) = await gateway.PostAsync("/v1/verify", new { instruction = "Which?", candidates = Candidates, ranker = "judge" }, "my-key");
        var (unknown, error, _) = await gateway.PostAsync("/v1/verify", new { instruction = "Which?", candidates = Candidates, panel = "q" }, "my-key");

        Assert.Equal(("approve", 0.55), (Text(body, "verdict"), body.GetProperty("threshold").GetDouble()));

        // A chat model's verdicts have no probability.
        Assert.Equal((200, "abstain", "judge"), (judgedStatus, Text(judged, "verdict"), judged.GetProperty("ranker_info").GetProperty("name").GetString()));
        Assert.Equal((403, 400), (forbidden, unknown));
        Assert.Contains("panel \"q\" is not known; known are p, judged", error.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"instruction":"Which?","candidates":[]}""", "candidates")]
    [InlineData("""{"instruction":"Which?","candidates":["a"],"confidence":0.2}""", "confidence")]
    [InlineData("""{"instruction":"","candidates":["a"]}""", "instruction")]
    public async Task Verify_BadInput_NamesTheField(string body, string field)
    {
        await using var gateway = await LiveGateway.StartAsync();

        var (status, error, _) = await gateway.PostAsync("/v1/verify", JsonSerializer.Deserialize<JsonElement>(body));

        Assert.Equal((400, field), (status, error.GetProperty("error").GetProperty("param").GetString()));
    }

    private static CallerOptions Caller(string name, string key, string[] rankers) =>
        new() { Name = name, KeySha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), Rankers = rankers };

    private static string Text(JsonElement body, string name) => body.GetProperty(name).GetString()!;
}
