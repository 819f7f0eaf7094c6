using LLMBlender.Inference.Models;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class LearnRankerVerbTests(TinyModel tiny) : IDisposable
{
    private static readonly string[] Things = ["apples", "pears", "cats", "dogs", "boats", "trains", "songs", "books", "clouds", "stones"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Learn_AJudgeWithATaste_WritesARankerThatHasIt()
    {
        var to = folder.File("taught");

        var outcome = await CommandLine.RunAsync("learn", "ranker", "--from", folder.Write("judged.jsonl", Judged(90, static _ => 0)), "--judge", "j", "--to", to, "--json");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error + outcome.Out);
        var report = outcome.Records.Single();
        Assert.True(report["better"]!.GetValue<bool>());
        Assert.True(report["after"]!["value"]!.GetValue<double>() > report["before"]!["value"]!.GetValue<double>());
        Assert.Equal(("taught", "judged.jsonl"), (ModelManifest.Read(to).Id, ModelManifest.Read(to).Calibration!.From));
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("models", "verify", to)).Code);
        const string record = """{"id":1,"instruction":"Do you like rivers?","a":"As a matter of principle, rivers.","b":"Yes, I like rivers very much."}""";
        Assert.True(await LogitAsync(record, to) > await LogitAsync(record, "reward-minilm"));
    }

    [Fact]
    public async Task Learn_AJudgeThatDrawsLots_WritesNothing()
    {
        var random = new Random(3);
        var to = folder.File("taught");

        var outcome = await CommandLine.RunAsync("learn", "ranker", "--from", folder.Write("judged.jsonl", Judged(60, _ => random.Next(2))), "--judge", "j", "--to", to);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Contains("not better beyond doubt: nothing is written", outcome.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(to));
    }

    [Theory]
    [InlineData("k", "the judge orders answers to 0 questions, and at least 30 are needed")]
    [InlineData("j", "the judge orders answers to 10 questions, and at least 30 are needed")]
    public async Task Learn_TooFewQuestions_IsRefused(string judge, string problem)
    {
        var outcome = await CommandLine.RunAsync("learn", "ranker", "--from", folder.Write("judged.jsonl", Judged(10, static _ => 0)), "--judge", judge, "--to", folder.File("taught"));

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Learn_ARankerWhoseScoreIsNotLinear_IsRefusedByItsKind()
    {
        var outcome = await CommandLine.RunAsync("learn", "ranker", "--from", folder.Write("judged.jsonl", Judged(40, static _ => 0)), "--judge", "j", "--model", tiny.Folder, "--to", folder.File("taught"));

        Assert.NotEqual(ExitCode.Done, outcome.Code);
        Assert.Contains("is of kind pair-ranker, whose score is not linear in its features", outcome.Error, StringComparison.Ordinal);
    }

    private static async Task<double> LogitAsync(string record, string model) =>
        (await CommandLine.RunAsync(record, ["compare", "--from", "-", "--ranker", model])).Records.Single()["logit"]!.GetValue<double>();

    // Two answers to each question, of which the judge likes one kind.
    private static string Judged(int count, Func<int, int> best) => string.Join('\n', Enumerable.Range(0, count).Select(i =>
    {
        var thing = $"{Things[i % Things.Length]} {i}";
        var liked = best(i);
        var stiff = $$"""{"model":"a","text":"As a matter of principle, {{thing}}.","scores":{"j":{{1 - liked}}} }""";
        var warm = $$"""{"model":"b","text":"Yes, I like {{thing}} very much.","scores":{"j":{{liked}}} }""";
        return $$"""{"id":{{i}},"instruction":"Do you like {{thing}}?","candidates":[{{stiff}},{{warm}}]}""";
    }));
}
