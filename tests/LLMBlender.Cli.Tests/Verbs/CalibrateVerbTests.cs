using System.Globalization;
using LLMBlender.Inference.Models;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class CalibrateVerbTests(TinyModel tiny) : IDisposable
{
    private static readonly string[] Judged = ["a", "b", "tie", "a", "a", "b", "b", "a"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Calibrate_JudgedPairs_WritesTheTemperatureThatCompareThenUses()
    {
        var model = folder.CopyOf(tiny.Folder, "model");
        var before = await CompareAsync(model);
        var pairs = Pairs(before.Select(record => record["logit"]!.GetValue<double>() / 2));

        var outcome = await CommandLine.RunAsync("calibrate", "--model", model, "--from", folder.Write("pairs.jsonl", pairs), "--json");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        var report = outcome.Records.Single();
        var temperature = report["temperature"]!.GetValue<double>();
        Assert.Equal(Judged.Length, report["pairs"]!.GetValue<int>());
        Assert.True(report["after"]!["log_loss"]!.GetValue<double>() <= report["before"]!["log_loss"]!.GetValue<double>());
        Assert.Equal(new Calibration(temperature, Judged.Length, "pairs.jsonl"), ModelManifest.Read(model).Calibration);
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("models", "verify", model)).Code);
        Assert.DoesNotContain(before, record => record.ContainsKey("probability"));
        foreach (var (record, plain) in (await CompareAsync(model)).Zip(before))
        {
            var logit = record["logit"]!.GetValue<double>();
            Assert.Equal(plain["logit"]!.GetValue<double>(), logit);
            Assert.Equal(1 / (1 + Math.Exp(-logit / 2 / temperature)), record["probability"]!.GetValue<double>(), 1e-6);
            Assert.Equal(("tiny", "pair-ranker"), (record["ranker_info"]!["name"]!.GetValue<string>(), record["ranker_info"]!["kind"]!.GetValue<string>()));
        }
    }

    [Fact]
    public async Task Calibrate_PreferencePairs_ReadsChosenAndRejected()
    {
        var model = folder.CopyOf(tiny.Folder, "model");
        var logits = (await CompareAsync(model)).Select(record => record["logit"]!.GetValue<double>()).ToArray();

        // Three of four are chosen as the ranker orders them.
        var lines = logits.Select((logit, i) => (Better: logit > 0 == (i % 4 != 3) ? (A(i), B(i)) : (B(i), A(i)), i))
            .Select(pair => $$"""{"id":{{pair.i}},"prompt":"Which?","chosen":"{{pair.Better.Item1}}","rejected":"{{pair.Better.Item2}}"}""");
        var outcome = await CommandLine.RunAsync(string.Join('\n', lines), ["calibrate", "--model", model, "--from", "-"]);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Contains("of 8 pairs of stdin", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("expected calibration error", outcome.Out, StringComparison.Ordinal);
        Assert.NotNull(ModelManifest.Read(model).Calibration);
    }

    [Theory]
    [InlineData("""{"id":1,"instruction":"x","a":"y","b":"z","better":"c"}""", "\"better\" is \"c\", and must be a, b or tie")]
    [InlineData("""{"id":1,"prompt":"x","chosen":"y"}""", "\"rejected\" is missing, and must be a string")]
    [InlineData("""{"id":1,"instruction":"x","a":"same","b":"same","better":"a"}""", "no better than chance")]
    [InlineData("", "there are no judged pairs")]
    public async Task Calibrate_PairsThatDoNotServe_AreRefusedAndNothingIsWritten(string lines, string problem)
    {
        var model = folder.CopyOf(tiny.Folder, "model");

        var outcome = await CommandLine.RunAsync(lines, ["calibrate", "--model", model, "--from", "-"]);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
        Assert.Null(ModelManifest.Read(model).Calibration);
    }

    [Fact]
    public async Task Rank_ByACalibratedModel_WritesTheMatrixOfProbabilities()
    {
        var model = folder.CopyOf(tiny.Folder, "model");
        (ModelManifest.Read(model) with { Calibration = new Calibration(0.25, 9, "x"), Demonstration = true }).Write(model);
        const string record = """{"id":1,"instruction":"Which?","candidates":[{"text":"One."},{"text":"Another one."}]}""";

        var ranked = (await CommandLine.RunAsync(record, ["rank", "--from", "-", "--ranker", model, "--matrix"])).Records.Single();
        var blended = (await CommandLine.RunAsync(record, ["blend", "--from", "-", "--ranker", model])).Records.Single();

        Assert.Equal(1 / (1 + Math.Exp(-ranked["matrix"]![0]![1]!.GetValue<double>() / 0.25)), ranked["probability"]![0]![1]!.GetValue<double>(), 1e-6);
        Assert.Equal(0.5, ranked["probability"]![1]![1]!.GetValue<double>());
        Assert.Equal("""{"name":"tiny","kind":"pair-ranker","temperature":0.25,"demonstration":true}""", ranked["ranker_info"]!.ToJsonString());
        Assert.Equal(ranked["ranker_info"]!.ToJsonString(), blended["ranker_info"]!.ToJsonString());
        Assert.False((await CommandLine.RunAsync(record, ["rank", "--from", "-", "--ranker", model])).Records.Single().AsObject().ContainsKey("probability"));
    }

    [Fact]
    public async Task Blend_ByACalibratedDemonstrationOnATerminal_SaysBoth()
    {
        var model = folder.CopyOf(tiny.Folder, "model");
        (ModelManifest.Read(model) with { Calibration = new Calibration(0.25, 9, "x"), Demonstration = true }).Write(model);

        var outcome = await CommandLine.RunAsync(
            [],
            ["blend", "--ranker", model, "Explain compound interest to someone who has never had a savings account."],
            terminal => terminal with { OutIsTerminal = true, Width = 100, Variable = name => name == "TERM" ? "dumb" : null });

        Assert.Equal(ExitCode.Done, outcome.Code);
        Assert.Contains("; demonstration ranker tiny, fp32", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("Ranked by tiny (demonstration pair-ranker). First better than second: probability 0.", outcome.Out, StringComparison.Ordinal);
    }

    private static string A(int i) => $"The answer {i} is short.";

    private static string B(int i) => $"Another answer, number {i * 7}, that is longer than the first.";

    private static string Pairs(IEnumerable<double> logits) => string.Join('\n', logits.Select((logit, i) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"id":{{i}},"instruction":"Which?","a":"{{A(i)}}","b":"{{B(i)}}","better":"{{(i < 3 || logit == 0 ? Judged[i] : logit > 0 ? "a" : "b")}}"}""")));

    private static async Task<System.Text.Json.Nodes.JsonObject[]> CompareAsync(string model)
    {
        var outcome = await CommandLine.RunAsync(Pairs(new double[Judged.Length]), ["compare", "--from", "-", "--ranker", model]);
        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        return [.. outcome.Records.Select(record => record.AsObject())];
    }
}
