using System.Text.Json;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Cli.Tests.Verbs;

/// <summary><c>blend --config</c> against a real model server: what <c>serve</c> would answer, in this process.</summary>
public sealed class ConfiguredBlendTests(TinyModel tiny) : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private FakeModelServer server = null!;
    private int samples;

    public async ValueTask InitializeAsync()
    {
        server = await FakeModelServer.StartAsync();
        server.On("m", call => call.AnswerAsync($"answer {Interlocked.Increment(ref samples)}"));
        server.On("gibberish", call => call.AnswerAsync("zzz qqq"));
        server.On("broken", call => call.FailAsync(400, "no"));
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Blend_SeveralSamplesOfOneBackend_IsBestOfN()
    {
        var outcome = await CommandLine.RunAsync(
            ["blend", "Say something.", "--config", Config(), "--panel", "five", "--aggregate", "bubble-best", "--fuser", "select", "--json"]);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        var record = Assert.Single(outcome.Records);
        var candidates = record["candidates"]!.AsArray();
        Assert.Equal(5, candidates.Count);
        Assert.Equal(8, record["usage"]!["comparisons"]!.GetValue<int>());
        Assert.Equal(candidates.Single(one => one!["rank"]!.GetValue<int>() == 1)!["text"]!.GetValue<string>(), record["answer"]!.GetValue<string>());
        Assert.All(server.Calls, call => Assert.Equal("Say something.", call.Messages[^1].Text));
    }

    [Fact]
    public async Task Blend_OneInstruction_PrintsTheAnswerAndNamesWhatFailed()
    {
        var outcome = await CommandLine.RunAsync(["blend", "Say something.", "--config", Config()]);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Equal("answer 1\n", outcome.Out);
        Assert.Contains("llmblender: broken: ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blend_RankerThatTheFileDoesNotName_IsUsed()
    {
        var outcome = await CommandLine.RunAsync(["blend", "Say something.", "--config", Config(), "--panel", "five", "--ranker", "reward-minilm", "--json"]);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Equal("reward-minilm", (string)Assert.Single(outcome.Records)["ranker_info"]!["name"]!);
    }

    [Fact]
    public async Task Blend_Records_AnswersEachInItsPlace()
    {
        const string Records = """
            {"id":"asked","instruction":"Say something."}
            {"id":"bad","instruction":""}
            {"id":"given","instruction":"Which?","candidates":[{"text":"this"},{"text":"that"}]}
            """;

        var outcome = await CommandLine.RunAsync(Records, ["blend", "--from", "-", "--config", Config()]);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Equal(["asked", "bad", "given"], outcome.Records.Select(record => record["id"]!.GetValue<string>()));
        Assert.Equal("answer 1", outcome.Records[0]["answer"]!.GetValue<string>());
        Assert.Contains("\"instruction\" is empty", outcome.Records[1]["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(outcome.Records[2]["answer"]!.GetValue<string>(), new[] { "this", "that" });
    }

    [Theory]
    [InlineData(new string[0], false)]
    [InlineData(new[] { "--no-guard" }, true)]
    public async Task Blend_NoGuard_ReturnsTheFusedAnswerUncompared(string[] more, bool isFused)
    {
        var outcome = await CommandLine.RunAsync(
            ["blend", "Say something.", "--config", Config(), "--panel", "five", "--fuser", "gibberish", "--json", .. more]);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        var fusion = Assert.Single(outcome.Records)["fusion"]!;
        Assert.Equal(isFused, fusion["margin"] is null);
        Assert.True(!isFused || fusion["given"]!.GetValue<string>() == "fused");
    }

    [Fact]
    public async Task Blend_NobodyAnswers_FailsWithTheReason()
    {
        var outcome = await CommandLine.RunAsync(["blend", "Say something.", "--config", Config(), "--panel", "none"]);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Contains("no member of panel \"none\" answered", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("panel \"unheard-of\" is not known", "--panel", "unheard-of")]
    [InlineData("ranker \"unheard-of\" is not known", "--ranker", "unheard-of")]
    [InlineData("--device and --config exclude each other: it belongs to the configuration", "--device", "cpu")]
    [InlineData("--source-max-length and --config exclude each other", "--source-max-length", "64")]
    [InlineData("--candidate-max-length and --config exclude each other", "--candidate-max-length", "64")]
    [InlineData("--beams and --config exclude each other", "--beams", "2")]
    [InlineData("--max-new-tokens and --config exclude each other", "--max-new-tokens", "20")]
    public async Task Blend_OfBadArguments_IsRefusedByName(string message, params string[] more)
    {
        var outcome = await CommandLine.RunAsync(["blend", "Say something.", "--config", Config(), .. more]);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("give an INSTRUCTION, or records with --from", "blend", "--config", "c.json")]
    [InlineData("--config: nowhere.json is not there", "blend", "Say.", "--config", "nowhere.json")]
    public async Task Blend_OfHalfAnArgument_SaysWhatIsMissing(string message, params string[] arguments)
    {
        var outcome = await CommandLine.RunAsync(arguments);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
    }

    private string Config() => folder.Write("panels.json", JsonSerializer.Serialize(new
    {
        LLMBlender = new
        {
            Rankers = new[] { tiny.Folder },
            Backends = new[] { "m", "broken", "gibberish" }.Select(name => new { Name = name, server.Url, Model = name, Attempts = 1 }),
            Panels = new object[]
            {
                new { Name = "two", Members = new[] { "m", "broken" } },
                new { Name = "five", Members = new[] { "m" }, Samples = 5 },
                new { Name = "none", Members = new[] { "broken" } },
            },
        },
    }));
}
