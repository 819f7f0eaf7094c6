using System.Globalization;
using LLMBlender.Inference.Models;
using LLMBlender.Local.Panels;
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
    public async Task Calibrate_JudgedSets_WritesAPanelsCalibrationAndItsCurve()
    {
        var model = folder.CopyOf(tiny.Folder, "model");
        (ModelManifest.Read(model) with { Calibration = new Calibration(0.25, 9, "x") }).Write(model);
        var (file, page) = (Path.Combine(folder.Path, "panel.json"), Path.Combine(folder.Path, "curve.html"));

        var outcome = await CommandLine.RunAsync(
            "calibrate", "--model", model, "--from", folder.Write("sets.jsonl", Sets()), "--judge", "j", "--stages", "a,b;c", "--within", "0.5", "--to", file, "--html", page, "--json");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        var report = outcome.Records.Single();
        Assert.Equal((10, 1.0), (report["held"]!.GetValue<int>(), report["points"]![0]!["coverage"]!.GetValue<double>()));
        Assert.Equal(2 / 3.0, report["points"]![0]!["calls"]!.GetValue<double>(), 1e-9);
        Assert.Equal(1, report["full"]!["calls"]!.GetValue<double>());
        Assert.Equal(2 / 3.0, report["own_confidence"]![0]!["calls"]!.GetValue<double>(), 1e-9);
        var calibration = PanelCalibrationFile.Read(file);
        Assert.Equal(("tiny", "j", 0.5, "sets.jsonl", 20), (calibration.Ranker, calibration.Judge, calibration.Within, calibration.From, calibration.Questions));
        Assert.Equal([["a", "b"], ["c"]], calibration.Stages.Select(static stage => stage.Members));
        Assert.Contains("<svg", await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(new Calibration(0.25, 9, "x"), ModelManifest.Read(model).Calibration);
    }

    [Fact]
    public async Task Calibrate_ConsensusWeight_WritesItAndReportsWhatItChanges()
    {
        var model = folder.CopyOf(tiny.Folder, "model");
        var sets = folder.Write("sets.jsonl", Sets());
        var record = """{"id":1,"instruction":"Which?","candidates":[{"text":"It is Rome."},{"text":"Paris it is."},{"text":"I say Paris it is."}]}""";
        var before = (await CommandLine.RunAsync(record, ["rank", "--from", "-", "--ranker", model, "--matrix"])).Records.Single();

        var outcome = await CommandLine.RunAsync("calibrate", "--model", model, "--from", sets, "--judge", "j", "--consensus-weight", "3.5", "--json");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        var report = outcome.Records.Single();
        Assert.Equal((20, 3.5), (report["sets"]!.GetValue<int>(), report["consensus_weight"]!.GetValue<double>()));
        Assert.InRange(report["rank"]!["value"]!.GetValue<double>(), report["rank"]!["low"]!.GetValue<double>(), report["rank"]!["high"]!.GetValue<double>());
        Assert.Equal(3.5, ModelManifest.Read(model).ConsensusWeight);
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("models", "verify", model)).Code);

        var after = (await CommandLine.RunAsync(record, ["rank", "--from", "-", "--ranker", model, "--matrix"])).Records.Single();
        var agreements = Core.Ranking.Consensus.Of(["It is Rome.", "Paris it is.", "I say Paris it is."]);
        Assert.Equal(
            before["matrix"]![2]![0]!.GetValue<double>() + (3.5 * (agreements[2] - agreements[0])), after["matrix"]![2]![0]!.GetValue<double>(), 1e-5);
        Assert.Equal(3.5, after["ranker_info"]!["consensus_weight"]!.GetValue<double>());

        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("calibrate", "--model", model, "--from", sets, "--judge", "j", "--consensus-weight", "0")).Code);
        Assert.DoesNotContain("consensus", await File.ReadAllTextAsync(Path.Combine(model, ModelManifest.FileName), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--judge calibrates", "--judge", "j")]
    [InlineData("--consensus-weight needs --judge SCORE", "--consensus-weight", "1")]
    [InlineData("--to is for a panel's calibration, and --consensus-weight is given", "--consensus-weight", "1", "--judge", "j", "--to", "x.json")]
    [InlineData("--consensus-weight is \"-1\", and must be a number of at least 0", "--consensus-weight=-1", "--judge", "j")]
    [InlineData("has no score \"k\"", "--consensus-weight", "1", "--judge", "k")]
    public async Task Calibrate_ConsensusWeightThatDoesNotFit_IsRefusedAndNothingIsWritten(string problem, params string[] options)
    {
        var model = folder.CopyOf(tiny.Folder, "model");

        var outcome = await CommandLine.RunAsync(["calibrate", "--model", model, "--from", folder.Write("sets.jsonl", Sets()), .. options]);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
        Assert.Equal(0, ModelManifest.Read(model).ConsensusWeight);
    }

    [Theory]
    [InlineData("--to", "sets.jsonl", "is the file that --from reads, and must be another")]
    [InlineData("--html", "sets.jsonl", "is the file that --from reads, and must be another")]
    [InlineData("--html", "panel.json", "is the file that --to writes, and must be another")]
    [InlineData("--html", "nowhere/curve.html", "there is no folder")]
    public async Task Calibrate_OutputThatIsNoFileOfItsOwn_IsRefusedAndNothingIsWritten(string option, string name, string problem)
    {
        var sets = folder.Write("sets.jsonl", Sets());
        var model = folder.CopyOf(tiny.Folder, "model");
        (ModelManifest.Read(model) with { Calibration = new Calibration(0.25, 9, "x") }).Write(model);
        string[] to = option == "--to" ? [] : ["--to", folder.File("panel.json")];

        var outcome = await CommandLine.RunAsync(["calibrate", "--model", model, "--from", sets, "--judge", "j", .. to, option, folder.File(name)]);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
        Assert.Equal(Sets(), await File.ReadAllTextAsync(sets, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(folder.File("panel.json")));
    }

    [Theory]
    [InlineData("--judge", "j", "--judge calibrates a panel, and --to must name the file to write")]
    [InlineData("--stages", "a;b", "--stages is for a panel's calibration, which --judge SCORE asks for")]
    public async Task Calibrate_OptionsThatDoNotFit_AreRefused(string option, string value, string problem)
    {
        var outcome = await CommandLine.RunAsync("calibrate", "--model", tiny.Folder, "--from", folder.Write("sets.jsonl", Sets()), option, value);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("j", "a;d", 0.25, "a set has no answer of \"d\"; it has those of a, b, c")]
    [InlineData("j", "a;a", 0.25, "the stages name a model twice")]
    [InlineData("j", "a;", 0.25, "each stage must name a model")]
    [InlineData("k", "a;b", 0.25, "the candidate of a has no score \"k\", and must have it; it has j")]
    [InlineData("j", "a;b", null, "the ranker tiny has no temperature")]
    public async Task Calibrate_SetsThatDoNotServe_AreRefusedAndNothingIsWritten(string judge, string stages, double? temperature, string problem)
    {
        var model = folder.CopyOf(tiny.Folder, "model");
        (ModelManifest.Read(model) with { Calibration = temperature is { } known ? new Calibration(known, 9, "x") : null }).Write(model);
        var file = Path.Combine(folder.Path, "panel.json");

        var outcome = await CommandLine.RunAsync(Sets(), ["calibrate", "--model", model, "--from", "-", "--judge", judge, "--stages", stages, "--to", file]);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
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

    private static string Sets() => string.Join('\n', Enumerable.Range(0, 20).Select(static i =>
        $$$"""{"id":{{{i}}},"instruction":"Which?","candidates":[{"model":"a","text":"{{{A(i)}}}","scores":{"j":{{{i % 3}}}}},{"model":"b","text":"{{{B(i)}}}","scores":{"j":1}},{"model":"c","text":"A third one, {{{i}}}.","scores":{"j":{{{i % 2}}}}}]}"""));

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
