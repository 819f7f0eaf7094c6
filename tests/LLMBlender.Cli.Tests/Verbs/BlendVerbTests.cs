using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class BlendVerbTests(TinyModel tiny) : IDisposable
{
    private const string Spanish = "Translate this sentence into Spanish.";

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Blend_Records_AnswersWithTheBestCandidate()
    {
        const string Record = """
            {"id": "r", "instruction": "Say.", "candidates": [{"model": "x", "text": "a 🍁 <b>"}, {"text": "bb"}, {"text": ""}], "more": 1}
            """;

        var blended = (await RunAsync(Record, "--from", "-")).Records.Single().AsObject();

        Assert.Equal(["id", "answer", "candidates", "made_from", "failures", "usage", "fusion", "ranker_info"], blended.Select(field => field.Key));
        var candidates = blended["candidates"]!.AsArray();
        Assert.Equal(["a 🍁 <b>", "bb", ""], candidates.Select(candidate => candidate!["text"]!.GetValue<string>()));
        Assert.Equal("x", candidates[0]!["model"]!.GetValue<string>());
        Assert.Null(candidates[1]!["model"]);
        Assert.Equal([1, 2, 3], candidates.Select(candidate => candidate!["rank"]!.GetValue<int>()).Order());
        var best = candidates.Single(candidate => candidate!["rank"]!.GetValue<int>() == 1)!;
        Assert.Equal(candidates.Max(candidate => candidate!["score"]!.GetValue<double>()), best["score"]!.GetValue<double>());
        Assert.Equal(best["text"]!.GetValue<string>(), blended["answer"]!.GetValue<string>());
        Assert.Equal(6, blended["usage"]!["comparisons"]!.GetValue<int>());
        Assert.Empty(blended["failures"]!.AsArray());
    }

    [Fact]
    public async Task Blend_Records_RanksAsRankDoes()
    {
        var group = RankGroup.All[0];

        var ranked = await CommandLine.RunAsync(group.Records(), ["rank", "--from", "-", "--ranker", tiny.Folder]);
        var blended = await RunAsync(group.Records(), "--from", "-");

        Assert.Equal(
            ranked.Records.Select(record => record["ranks"]!.ToJsonString()),
            blended.Records.Select(record => new JsonArray([.. record["candidates"]!.AsArray().Select(one => one!["rank"]!.DeepClone())]).ToJsonString()));
    }

    [Fact]
    public async Task Blend_RecordWithoutCandidates_AsksThePanel()
    {
        var blended = (await RunAsync($$"""{"id": 1, "instruction": "{{Spanish}}"}""", "--from", "-")).Records.Single();

        Assert.Equal(["birch", "cedar", "maple", "rowan", "willow"], blended["candidates"]!.AsArray().Select(one => one!["model"]!.GetValue<string>()).Order());
    }

    [Fact]
    public async Task Blend_Instruction_PrintsTheAnswerAlone()
    {
        var answer = (await RunAsync("", Spanish, "--json")).Records.Single();

        var outcome = await RunAsync("", "  translate this SENTENCE into Spanish.");

        Assert.Null(answer["id"]);
        Assert.Equal((ExitCode.Done, answer["answer"]!.GetValue<string>() + "\n"), (outcome.Code, outcome.Out));
    }

    [Fact]
    public async Task Blend_InstructionToFile_WritesTheRecord()
    {
        var outcome = await RunAsync("", Spanish, "--to", folder.File("answer.jsonl"));

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Out));
        Assert.NotNull(Outcome.Parse(await File.ReadAllTextAsync(folder.File("answer.jsonl"), TestContext.Current.CancellationToken)).Single()["answer"]);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public async Task Blend_InstructionOnATerminal_ShowsRankingMatrixAndAnswerWithinItsWidth(int width)
    {
        var outcome = await RunOnTerminalAsync(width, Spanish);

        Assert.Equal(ExitCode.Done, outcome.Code);
        Assert.All((string[])["rank", "Ranked by tiny (pair-ranker), not calibrated.", "Who beats whom", "The answer", "20 comparisons"], text => Assert.Contains(text, outcome.Out, StringComparison.Ordinal));
        Assert.All(outcome.Out.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, width));
    }

    [Fact]
    public async Task Blend_Nothing_ShowsTheWholeSamplePanel()
    {
        var outcome = await RunAsync("");

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.Contains("18 instructions, 93 answers", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("Who beats whom", outcome.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', outcome.Out);
    }

    [Fact]
    public async Task Blend_MemberWithoutAnswer_IsListedBelowTheRanking()
    {
        var outcome = await RunOnTerminalAsync(100, Spanish);

        var lines = outcome.Out.Split('\n').Select(static line => line.Trim()).ToList();
        Assert.Equal("–  aspen          no answer is recorded for this instruction", lines.Single(static line => line.Contains("no answer", StringComparison.Ordinal)));
        Assert.Equal(6, lines.FindIndex(static line => line.StartsWith('–')) - lines.FindIndex(static line => line.StartsWith("rank", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Blend_NothingAsJson_WritesEverySample()
    {
        var outcome = await RunAsync("", "--json");

        Assert.Equal(Enumerable.Range(1, 18).Select(i => $"sample-{i:00}"), outcome.Records.Select(record => record["id"]!.GetValue<string>()));
        Assert.Equal(93, outcome.Records.Sum(record => record["candidates"]!.AsArray().Count));
    }

    [Fact]
    public async Task Blend_UnknownInstructionToTheSamples_SaysWhatThePanelKnows()
    {
        var outcome = await RunAsync("", "--panel", "sample", "@someone, what is a monad?");

        Assert.Equal((ExitCode.Usage, ""), (outcome.Code, outcome.Out));
        Assert.Contains("only has answers recorded for 18 instructions", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("--from", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INSTRUCTION and --from exclude each other", "x", "--from", "-")]
    [InlineData("--input belongs to an INSTRUCTION", "--input", "x")]
    [InlineData("--aggregate is \"best\", and must be one of max-logits, max-wins, bubble-sort, adaptive", "--aggregate", "best")]
    public async Task Blend_BadArguments_AreNamed(string problem, params string[] options)
    {
        var outcome = await RunAsync("", options);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private Task<Outcome> RunAsync(string input, params string[] options) =>
        CommandLine.RunAsync(input, ["blend", "--ranker", tiny.Folder, "--fuser", "select", .. options]);

    private Task<Outcome> RunOnTerminalAsync(int width, params string[] options) => CommandLine.RunAsync(
        [],
        ["blend", "--ranker", tiny.Folder, "--fuser", "select", .. options],
        terminal => terminal with { OutIsTerminal = true, Width = width, Variable = name => name == "TERM" ? "dumb" : null });
}
