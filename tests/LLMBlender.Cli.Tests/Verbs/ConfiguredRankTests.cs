using System.Text.Json;
using LLMBlender.Local.Settings;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Cli.Tests.Verbs;

/// <summary><c>rank</c>, <c>compare</c> and <c>blend</c> with <c>--config</c> against real score servers.</summary>
public sealed class ConfiguredRankTests(TinyModel tiny) : IAsyncLifetime
{
    private const string Record = """{"id":1,"instruction":"Which is most?","candidates":[{"text":"3 a"},{"text":"9 b"},{"text":"1 c"}]}""";

    private readonly TemporaryFolder folder = new();
    private FakeScoreServer server = null!;
    private FakeModelServer models = null!;

    public async ValueTask InitializeAsync()
    {
        server = await FakeScoreServer.StartAsync();
        models = await FakeModelServer.StartAsync();
        models.On("judge", "A=B");
        models.On("five", "5 is the number");
    }

    public async ValueTask DisposeAsync()
    {
        await models.DisposeAsync();
        await server.DisposeAsync();
        folder.Dispose();
    }

    public static TheoryData<string> Kinds => [.. ScorerSettings.Kinds];

    // No model is loaded: the configuration names one that does not exist.
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Rank_Scorer_RanksByItsScores(string kind)
    {
        var outcome = await CommandLine.RunAsync(Record, ["rank", "--from", "-", "--config", Config("no-such-model"), "--ranker", kind, "--matrix"]);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        var answer = Assert.Single(outcome.Records);
        Assert.Equal([2, 1, 3], answer["ranks"]!.AsArray().Select(static rank => (int)rank!));
        Assert.Equal(-6, (double)answer["matrix"]![0]![1]!, 4);
    }

    [Fact]
    public async Task Rank_RecordNamesAScorer_IsRankedByIt()
    {
        var outcome = await CommandLine.RunAsync(
            Record.Replace("{\"id\":1", "{\"id\":1,\"ranker\":\"tei-rerank\"", StringComparison.Ordinal), ["rank", "--from", "-", "--config", Config(tiny.Folder)]);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task Rank_Backend_JudgesPairs()
    {
        var outcome = await CommandLine.RunAsync(Record, ["rank", "--from", "-", "--config", Config("no-such-model"), "--ranker", "judge"]);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Equal([1, 1, 1], Assert.Single(outcome.Records)["ranks"]!.AsArray().Select(static rank => (int)rank!));
        Assert.Equal(6, models.CallsOf("judge").Count);
    }

    [Fact]
    public async Task Rank_ScorerFails_IsTheRecordsErrorWithoutTheKey()
    {
        server.Script = static call => call.FailAsync(401, $"{call.Authorization} is unknown");

        var outcome = await CommandLine.RunAsync(Record, ["rank", "--from", "-", "--config", Config(tiny.Folder), "--ranker", "keyed"]);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Equal("stdin:1: the scorer keyed failed: it answered 401: Bearer [key] is unknown", (string?)Assert.Single(outcome.Records)["error"]);
        Assert.Equal("Bearer sk-secret-012345", Assert.Single(server.Calls).Authorization);
    }

    [Fact]
    public async Task Rank_UnknownRanker_IsTheRecordsError()
    {
        var outcome = await CommandLine.RunAsync(Record, ["rank", "--from", "-", "--config", Config(tiny.Folder), "--ranker", "unheard-of"]);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Contains("ranker \"unheard-of\" is not known", (string?)Assert.Single(outcome.Records)["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_Scorer_GivesTheDifferenceOfScores()
    {
        var outcome = await CommandLine.RunAsync(
            """{"id":1,"instruction":"Which?","a":"2 x","b":"5 y"}""",
            ["compare", "--from", "-", "--order", "ab", "--config", Config("no-such-model"), "--ranker", "vllm-score"]);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Equal((-3.0, "b"), ((double)Assert.Single(outcome.Records)["logit"]!, (string?)outcome.Records[0]["better"]));
    }

    [Fact]
    public async Task Blend_ScorerGiven_RanksThePanel()
    {
        models.On("judge", "7 is the number");

        var outcome = await CommandLine.RunAsync(["blend", "Which?", "--config", Config("no-such-model"), "--ranker", "tei-predict"]);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Equal(("7 is the number\n", 1), (outcome.Out, server.Calls.Count));
    }

    [Theory]
    [InlineData("--device and --config exclude each other: it belongs to the configuration", "--device", "cpu")]
    [InlineData("--source-max-length and --config exclude each other", "--source-max-length", "64")]
    [InlineData("--config and --cluster exclude each other", "--cluster", "h:1")]
    public async Task Rank_OptionThatExcludesConfig_IsRefused(string problem, params string[] more)
    {
        var outcome = await CommandLine.RunAsync(Record, ["rank", "--from", "-", "--config", "c.json", .. more]);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
    }

    private string Config(string ranker) => folder.Write("config.json", JsonSerializer.Serialize(new
    {
        LLMBlender = new
        {
            Rankers = new[] { ranker },
            Scorers = ScorerSettings.Kinds.Select(kind => server.Settings(kind, kind))
                .Append(server.Settings(ScorerSettings.CohereRerank, "keyed") with { KeyFile = folder.Write("key", "sk-secret-012345\n") })
                .Select(static scorer => new { scorer.Name, scorer.Kind, scorer.Url, scorer.Model, scorer.Attempts, scorer.KeyFile }),
            Backends = new[] { "judge", "five" }.Select(name => new { Name = name, models.Url, Model = name, Attempts = 1 }),
            Panels = new[] { new { Name = "p", Members = new[] { "judge", "five" } } },
        },
    }));
}
