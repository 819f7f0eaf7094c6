using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class ConvertVerbTests(TinyModel tiny) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("judgebench", """{"pair_id":"p","source":"mmlu","question":"Q","response_A":"right","response_B":"wrong","label":"A>B"}""", "Q", "mmlu")]
    [InlineData("judgebench", """{"pair_id":"p","source":"mmlu","question":"Q","response_A":"wrong","response_B":"right","label":"B>A"}""", "Q", "mmlu")]
    [InlineData("unified-feedback", """{"id":1,"conv_A":[{"role":"user","content":"Q"},{"role":"assistant","content":"wrong"}],"conv_B":[{"role":"user","content":"Q"},{"role":"assistant","content":"right"}],"conv_A_rating":1.0,"conv_B_rating":2.5,"source":"hh"}""", "Q", "hh")]
    [InlineData("helpsteer3", """{"domain":"code","context":[{"role":"user","content":"A"},{"role":"assistant","content":"B"},{"role":"user","content":"C"}],"response1":"right","response2":"wrong","overall_preference":-2}""", "Human: A\n\nAssistant: B\n\nHuman: C", "code")]
    [InlineData("helpsteer2-preference", """{"prompt":"Q","response_1":"wrong","response_2":"right","preference_strength":3}""", "Q", null)]
    [InlineData("chosen-rejected", """{"id":"x","prompt":"Q","chosen":["right"],"rejected":["wrong","worse"],"subset":"Math"}""", "Q", "Math")]
    [InlineData("chosen-rejected", """{"prompt_id":"x","prompt":"Q","chosen":[{"role":"user","content":"Q"},{"role":"assistant","content":"right"}],"rejected":[{"role":"user","content":"Q"},{"role":"assistant","content":"wrong"}]}""", "Q", null)]
    [InlineData("chosen-rejected", """{"chosen":[{"role":"user","content":"Q"},{"role":"assistant","content":"right"}],"rejected":[{"role":"user","content":"Q"},{"role":"assistant","content":"wrong"}]}""", "Q", null)]
    [InlineData("chosen-rejected", "{\"chosen\":\"\\n\\nHuman: Q\\n\\nAssistant: right\",\"rejected\":\"\\n\\nHuman: Q\\n\\nAssistant: wrong\"}", "Human: Q", null)]
    public async Task Convert_OfAPublishedFormat_RecognisesItAndScoresThePreferred(string format, string line, string instruction, string? subset)
    {
        var outcome = await ConvertAsync(line);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Contains($"1 record of the format {format} converted", outcome.Error, StringComparison.Ordinal);
        var record = Assert.Single(outcome.Records);
        Assert.Equal((instruction, subset), ((string)record["instruction"]!, (string?)record["subset"]));
        var scores = record["candidates"]!.AsArray().ToDictionary(candidate => (string)candidate!["text"]!, candidate => (double)candidate!["scores"]!["preference"]!);
        Assert.All(scores.Where(score => score.Key != "right"), score => Assert.True(scores["right"] > score.Value));
    }

    // Their candidates name no models, so that there is no best single model to compare with.
    [Fact]
    public async Task Evaluate_OfConvertedPreferences_ShowsTheReport()
    {
        var records = await ConvertAsync("""{"id":"x","prompt":"Q","chosen":["right"],"rejected":["wrong","worse"],"subset":"Math"}""");

        var outcome = await CommandLine.RunAsync("evaluate", "--from", folder.Write("records.jsonl", records.Out), "--metrics", "none", "--ranker", tiny.Folder);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Contains("best by preference in", outcome.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("Choices against the best single model", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Convert_OfRatedSingleAnswers_JoinsNeighboursOfOnePrompt()
    {
        var outcome = await ConvertAsync("""
            [{"prompt":"P","response":"a","helpfulness":4,"correctness":3},
             {"prompt":"P","response":"b","helpfulness":1,"correctness":0},
             {"prompt":"R","response":"c","helpfulness":2}]
            """);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        var records = outcome.Records;
        Assert.Equal(["P", "R"], records.Select(record => (string)record["instruction"]!));
        var answers = records[0]["candidates"]!.AsArray().ToDictionary(candidate => (string)candidate!["text"]!, candidate => candidate!["scores"]!.ToJsonString());
        Assert.Equal("""{"helpfulness":4,"correctness":3}""", answers["a"]);
        Assert.Equal("""{"helpfulness":1,"correctness":0}""", answers["b"]);
    }

    [Fact]
    public async Task Convert_OfManyPairs_DoesNotKeepThePreferredFirst()
    {
        var outcome = await ConvertAsync(string.Concat(Enumerable.Range(0, 100).Select(i => $$"""{"id":{{i}},"prompt":"Q{{i}}","chosen":"right","rejected":"wrong"}""" + "\n")));

        var first = outcome.Records.Count(record => (string)record["candidates"]![0]!["text"]! == "right");
        Assert.InRange(first, 30, 70);
    }

    [Fact]
    public async Task Convert_OfABadRecord_NamesItAndGoesOn()
    {
        var outcome = await ConvertAsync("""
            {"question":"Q","response_A":"a","response_B":"b","label":"A>B"}
            {"question":"Q","response_A":"a","response_B":"b","label":"C"}
            nothing
            {"question":"Q","response_A":"a","response_B":"b","label":"B>A"}
            """);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Contains(":2: \"label\" is \"C\", and must be A>B, B>A or A=B", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(":3: is not valid JSON", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(2, outcome.Records.Count);
    }

    [Theory]
    [InlineData("""{"text":"a"}""", "the first record has the fields \"text\", which no known format has")]
    public async Task Convert_OfAnUnknownFormat_IsRefusedByItsFields(string line, string problem)
    {
        var outcome = await ConvertAsync(line);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Convert_ThenEvaluate_ReportsTheAccuracyBySubset()
    {
        var lines = string.Concat(Enumerable.Range(0, 8).Select(i =>
            $$"""{"id":{{i}},"prompt":"Q{{i}}","chosen":["a much longer answer"],"rejected":["short","no","none"],"subset":"{{(i < 4 ? "Focus" : "Math")}}"}""" + "\n"));
        var records = folder.File("records.jsonl");
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("dataset", "convert", "--from", folder.Write("set.jsonl", lines), "--to", records)).Code);

        var outcome = await CommandLine.RunAsync("evaluate", "--from", records, "--metrics", "none", "--ranker", tiny.Folder, "--json", "-");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        var report = JsonNode.Parse(outcome.Out)!;
        Assert.Equal("preference", (string)report["yardstick"]!);
        Assert.Contains("of 8 records; at random, 25.0 %", (string)report["finding"]!, StringComparison.Ordinal);
        var longest = report["best_by_subset"]!.AsArray().Single(row => (string)row!["name"]! == "longest")!["subsets"]!;
        Assert.Equal([1.0, 1.0, 1.0], new[] { "all", "Focus", "Math" }.Select(subset => (double)longest[subset]!["value"]!));
    }

    // Found by fuzzing.
    [Theory]
    [InlineData("""{"prompt":"Q","chosen":["right"],"rejected":["wrong","\ud800"]}""", "\"rejected[1]\" escapes half of a surrogate pair")]
    [InlineData("{\"prompt\":\"Q\",\"chosen\":[\"right\"],\"rejected\":\"\u00FF\"}", "is not UTF-8")]
    public async Task Convert_InvalidUnicode_RefusesTheLine(string line, string problem)
    {
        byte[] file = [.. System.Text.Encoding.Latin1.GetBytes(line), .. "\n{\"prompt\":\"Q\",\"chosen\":\"right\",\"rejected\":\"wrong\"}\n"u8];

        var outcome = await CommandLine.RunAsync("dataset", "convert", "--from", folder.Write("set.jsonl", file), "--to", "-");

        Assert.Equal((ExitCode.SomeFailed, 1), (outcome.Code, outcome.Records.Count));
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
    }

    private Task<Outcome> ConvertAsync(string text) =>
        CommandLine.RunAsync("dataset", "convert", "--from", folder.Write("set.jsonl", text), "--to", "-");
}
