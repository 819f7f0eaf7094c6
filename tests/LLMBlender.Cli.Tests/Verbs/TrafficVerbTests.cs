using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class TrafficVerbTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Make_RecordedBlendsAndFeedback_JoinsThem()
    {
        folder.Write("traffic-1.jsonl", $"{Blend("a1", "2")}\n{Blend("a2", "1")}\n{Blend("a3", "fused")}\n");
        folder.Write("traffic-2.jsonl", """
            {"feedback":"a1","time":"2026-01-01T00:00:00+00:00","thumb":"up"}
            {"feedback":"a2","time":"2026-01-01T00:00:00+00:00","thumb":"down"}
            {"feedback":"a2","time":"2026-01-01T00:00:01+00:00","chosen":"two","comment":"Two is right."}
            {"feedback":"zz","time":"2026-01-01T00:00:00+00:00","thumb":"up"}
            """);
        var (to, pairs) = (folder.File("records.jsonl"), folder.File("pairs.jsonl"));

        var outcome = await CommandLine.RunAsync("dataset", "from-traffic", "--from", folder.Path, "--to", to, "--pairs", pairs);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Contains("3 records of 2 files, 2 with feedback, 1 feedback without its answer; 2 pairs", outcome.Error, StringComparison.Ordinal);
        var records = Outcome.Parse(await File.ReadAllTextAsync(to, TestContext.Current.CancellationToken));
        Assert.Equal(["2", null, null], records.Select(static record => record["output"]?.GetValue<string>()));
        Assert.All(records, static record => Assert.Equal("""{"one,two":"B is better"}""", record["cmp_results"]!.GetValue<string>()));
        Assert.Equal([(0.0, 1.0), (0.0, 1.0)], records.Take(2).Select(static record => (Feedback(record, 0), Feedback(record, 1))));
        Assert.Equal("""{"thumb":"down","chosen":"two","comments":["Two is right."]}""", records[1]["feedback"]!.ToJsonString());
        Assert.False(records[2].AsObject().ContainsKey("feedback"));
        Assert.Equal(
            ["""{"id":"a1-1","source":"feedback","prompt":"Which?","chosen":"2","rejected":"1"}""", """{"id":"a2-2","source":"feedback","prompt":"Which?","chosen":"2","rejected":"1"}"""],
            await File.ReadAllLinesAsync(pairs, TestContext.Current.CancellationToken));

        // What is made is what other verbs read.
        var route = await CommandLine.RunAsync("learn", "route", "--from", to, "--to", folder.File("route.json"));
        Assert.Contains("there are 3 questions, and at least 4 are needed", route.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Make_LinesThatCanNotBeRead_ReportsThemAndGoesOn()
    {
        folder.Write("traffic-1.jsonl", $$"""
            {{Blend("a1", "2")}}
            {"id":"a2","instruction":"Which?","candidates":[]}
            {"feedback":"a1","thumb":"sideways"}
            {"id":"a4","instruction":"Which?","candidates":[{"model":"one","text":"1"},{"model":"two","text":"2"}],"matrix":[1,2]}
            {"id":"a3","instr
            """);

        var outcome = await CommandLine.RunAsync("dataset", "from-traffic", "--from", folder.Path, "--to", "-");

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Single(outcome.Records);
        Assert.Contains("traffic-1.jsonl:2: \"candidates\" lists 0", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("traffic-1.jsonl:3: \"thumb\" is \"sideways\", and must be up or down", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("traffic-1.jsonl:5: is not valid JSON", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("traffic-1.jsonl:4: \"matrix\" is [1,2], and must consist of rows of logits", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("4 lines refused", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Make_FolderWithoutRecords_IsRefused()
    {
        var outcome = await CommandLine.RunAsync("dataset", "from-traffic", "--from", folder.Path, "--to", "-");
        var missing = await CommandLine.RunAsync("dataset", "from-traffic", "--from", folder.File("none"), "--to", "-");

        Assert.Equal((ExitCode.Usage, ExitCode.Usage), (outcome.Code, missing.Code));
        Assert.Contains("there are no files traffic-*.jsonl", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("there is no such folder", missing.Error, StringComparison.Ordinal);
    }

    private static double Feedback(System.Text.Json.Nodes.JsonNode record, int candidate) => record["candidates"]![candidate]!["scores"]!["feedback"]!.GetValue<double>();

    private static string Blend(string id, string answer) => $$"""
        {"id":"{{id}}","time":"2026-01-01T00:00:00+00:00","panel":"p","instruction":"Which?","input":"","output":"{{answer}}","fused":false,"ranker":"r","candidates":[{"model":"one","text":"1","rank":2,"scores":{"ranker":-1} },{"model":"two","text":"2","rank":1,"scores":{"ranker":1} }],"matrix":[[0,-1],[0.5,0]]}
        """;
}
