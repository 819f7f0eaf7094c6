using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Inference.Models;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class EvaluateVerbTests(TinyModel tiny) : IDisposable
{
    // Judged by hand: a beats b and c, which tie; then b beats both and c beats a. Ranks 1, 2, 2 and 3, 1, 2.
    private const string First = """{"id":"r1","subset":"one","instruction":"Say.","input":"","output":"a b c d","candidates":[{"model":"a","text":"a b c d","scores":{"s":1,"part":1}},{"model":"b","text":"a b","scores":{"s":3}},{"model":"c","text":"x and some more words","scores":{"s":2}}],"cmp_results":"{\"a,b\":\"A is better\",\"c,a\":\"B is better\",\"b,c\":\"Same bad\"}"}""";
    private const string Second = """{"id":"r2","subset":"two","instruction":"Do.","input":"It.","output":"e f","candidates":[{"model":"a","text":"g","scores":{"s":5}},{"model":"b","text":"e f","scores":{"s":6}},{"model":"c","text":"e and then some more","scores":{"s":4}}],"cmp_results":"{\"a,b\":\"B is better\",\"a,c\":\"B is better\",\"b,c\":\"A is better\"}"}""";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Evaluate_OfJudgedRecords_GivesThePapersTables()
    {
        var report = await EvaluateAsync($"{First}\n{Second}\n");

        Assert.Equal(["b", "a", "c"], report["models"]!.AsArray().Select(model => (string)model!));
        Assert.Equal([2.0, 0.5, 0.5, 0.5, 1.0], Figures(report, "a", "GPT-Rank", "≥b", "≥b strict", "top-1", "top-3"));
        Assert.Equal([1.5, 1.0, 1.0, 0.5, 0.5], Figures(report, "b", "GPT-Rank", "≥b", "≥b strict", "top-1", "≥a"));
        Assert.Equal([2.0, 0.5, 0.0], Figures(report, "c", "GPT-Rank", "≥b", "≥b strict"));
        Assert.Equal([1.0, 1.0], Figures(report, "Oracle GPT-Rank", "GPT-Rank", "rouge1"));
        Assert.Equal([2.0, 0.0], Figures(report, "longest", "GPT-Rank", "top-1"));
        Assert.Equal([4.5], Figures(report, "b", "s"));
        Assert.Contains(report["notes"]!.AsArray(), note => ((string)note!).Contains("part: not tabulated", StringComparison.Ordinal));
        Assert.Contains(report["agreement"]!.AsArray(), row => (string)row!["name"]! == "chrf");
        Assert.Equal("2", (string)report["run"]!["records"]!);
    }

    [Fact]
    public async Task Evaluate_OfAModelThatNoVerdictRanks_ListsItLast()
    {
        const string Unjudged = """{"id":"r3","instruction":"Say.","output":"a","candidates":[{"model":"aa","text":"a"},{"model":"a","text":"b"}]}""";

        var report = await EvaluateAsync($"{First}\n{Unjudged}\n");

        Assert.Equal(["a", "b", "c", "aa"], report["models"]!.AsArray().Select(model => (string)model!));
    }

    // The whole matrix is asked for once; each aggregation is told only what it asks for.
    [Fact]
    public async Task Evaluate_OfThePairRanker_ShowsEveryAggregationAndItsCost()
    {
        var report = await EvaluateAsync($"{First}\n{Second}\n");

        var engines = report["aggregations"]!.AsArray().ToDictionary(row => (string)row!["name"]!, row => row!);
        Assert.Equal(["max-logits", "max-wins", "bubble-sort", "adaptive", "bubble-best", "adaptive-best", "one order only"], engines.Keys);
        Assert.Equal(6, (double)engines["max-logits"]["comparisons"]!["value"]!);
        Assert.Equal(1, (double)engines["max-logits"]["same_best"]!["value"]!);
        Assert.Equal(0, (double)engines["max-logits"]["other_best_in_reverse"]!["value"]!);
        Assert.Equal(3, (double)engines["one order only"]["comparisons"]!["value"]!);
        var ranked = (await CommandLine.RunAsync($"{First}\n{Second}\n", ["rank", "--from", "-", "--ranker", tiny.Folder, "--matrix"])).Records;
        var turned = ranked.Average(record => Turned(record["matrix"]!.AsArray()));
        Assert.Equal(turned, (double)report["position_bias"]![0]!["turned"]!["value"]!, 12);
        var best = ranked.Select(record => record["ranks"]!.AsArray().Select(rank => (int)rank!).ToList().IndexOf(1)).ToArray();
        double[][] judged = [[1, 2, 2], [3, 1, 2]];
        Assert.Equal((judged[0][best[0]] + judged[1][best[1]]) / 2, (double)engines["max-logits"]["quality"]!["value"]!, 12);
    }

    [Fact]
    public async Task Evaluate_ByAScoreOfTheFile_RanksByIt()
    {
        var report = await EvaluateAsync($"{First}\n{Second}\n", "--judge", "s", "--against", "c");

        Assert.Equal([2.5, 0.5], Figures(report, "a", "rank", "≥c"));
        Assert.Equal([1.0, 1.0], Figures(report, "b", "rank", "top-1"));
        Assert.Equal([1.0], Figures(report, "Oracle s", "rank"));
    }

    [Fact]
    public async Task Evaluate_WithoutAJudge_RanksByTheFirstMetricAndSaysSo()
    {
        var report = await EvaluateAsync("""{"id":1,"instruction":"Say.","output":"a","candidates":[{"model":"m","text":"a"},{"model":"n","text":"b"}]}""", "--metrics", "chrf");

        Assert.Equal("chrf", (string)report["yardstick"]!);
        Assert.Empty(report["agreement"]!.AsArray());
        Assert.Equal([100.0], Figures(report, "m", "chrf"));
    }

    // A judge that prefers what stands first, but for a's text, which always wins: one pair of three turns with the order.
    [Fact]
    public async Task Evaluate_OfAChatJudge_ShowsItsOrderAndItsBias()
    {
        await using var server = await FakeModelServer.StartAsync();
        server.On("judge", call => call.AnswerAsync(Verdict(call.Messages[^1].Text)));
        var config = folder.Write("judge.json", JsonSerializer.Serialize(new
        {
            LLMBlender = new { Backends = new[] { new { Name = "judge", server.Url, Model = "judge" } } },
        }));

        var report = await EvaluateAsync($"{First}\n", "--rankers", "judge:judge", "--config", config);

        Assert.Equal([1.0, 1.0], Figures(report, "judge judge", "GPT-Rank", "top-1"));
        var bias = report["position_bias"]!.AsArray().Single(row => (string)row!["name"]! == "judge judge")!;
        Assert.Equal(1 / 3.0, (double)bias["turned"]!["value"]!, 12);
        Assert.Equal(6, server.Calls.Count);

        static string Verdict(string asked)
        {
            var (a, b) = (asked.IndexOf("a b c d", StringComparison.Ordinal), asked.IndexOf("[B ", StringComparison.Ordinal));
            return a > b ? "B>>A" : "A>>B";
        }
    }

    // The longer text is better, by 1 for each character.
    [Fact]
    public async Task Evaluate_OfAScorer_ShowsItsOrder()
    {
        await using var server = await FakeScoreServer.StartAsync();
        server.Script = static call => call.JsonAsync(JsonSerializer.Serialize(
            call.Body.GetProperty("texts").EnumerateArray().Select(static (text, i) => new { index = i, score = text.GetString()!.Length })));
        var config = folder.Write("scorer.json", JsonSerializer.Serialize(new { LLMBlender = new { Scorers = new[] { new { Name = "s", Kind = "tei-rerank", server.Url } } } }));

        var report = await EvaluateAsync($"{First}\n", "--rankers", "longest,scorer:s", "--config", config);

        Assert.Equal(Figures(report, "longest", "GPT-Rank", "top-1"), Figures(report, "scorer s", "GPT-Rank", "top-1"));
        Assert.Single(server.Calls);
    }

    [Theory]
    [InlineData("ranker \"scorer:t\": ", "has no scorer \"t\"", "--config", "scorer.json")]
    [InlineData("ranker \"scorer:t\" is a scorer of --config, and there is none", "")]
    public async Task Evaluate_OfAScorerThatIsMissing_IsRefused(string problem, string more, params string[] options)
    {
        folder.Write("scorer.json", """{"LLMBlender":{"Scorers":[{"Name":"s","Kind":"tei-rerank","Url":"http://127.0.0.1:1"}]}}""");

        var outcome = await CommandLine.RunAsync(
            ["evaluate", "--from", folder.Write("data.jsonl", First), "--rankers", "scorer:t", "--ranker", tiny.Folder, .. options.Select(option => option.EndsWith(".json", StringComparison.Ordinal) ? folder.File(option) : option)]);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
        Assert.Contains(more, outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"Model\":\"judge\"", "\"Model\":\"other\"")]
    [InlineData("/v1\"", "/v1/\"")]
    [InlineData("\"Kind\":\"openai\"", "\"Kind\":\"ollama\"")]
    public async Task Evaluate_OnTheWorkFileOfAnotherJudge_IsRefused(string setting, string changed)
    {
        await using var server = await FakeModelServer.StartAsync();
        server.On("judge", call => call.AnswerAsync("A>>B"));
        var config = JsonSerializer.Serialize(new
        {
            LLMBlender = new { Backends = new[] { new { Name = "judge", Kind = "openai", server.Url, Model = "judge" } } },
        });
        Assert.Contains(setting, config, StringComparison.Ordinal);
        string[] args =
        [
            "evaluate", "--from", folder.Write("data.jsonl", First), "--ranker", tiny.Folder, "--rankers", "judge:judge",
            "--config", folder.Write("judge.json", config), "--work", folder.File("work"), "--json", "-",
        ];
        var first = await CommandLine.RunAsync(args);
        Assert.True(first.Code == ExitCode.Done, first.Error);
        Assert.DoesNotContain(server.Url.ToString(), first.Out, StringComparison.Ordinal);

        folder.Write("judge.json", config.Replace(setting, changed, StringComparison.Ordinal));
        var outcome = await CommandLine.RunAsync(args);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("belongs to other work", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluate_OfAJudgeWithoutConfig_IsRefused()
    {
        var outcome = await CommandLine.RunAsync("evaluate", "--from", folder.Write("data.jsonl", First), "--rankers", "judge:j", "--ranker", tiny.Folder);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("ranker \"judge:j\" is a backend of --config, and there is none", outcome.Error, StringComparison.Ordinal);
    }

    // Killed with records still to do: what was noted is not done again, and the report is that of a run in peace.
    [Fact]
    public async Task Evaluate_KilledAndStartedAgain_GivesTheReportOfARunInPeace()
    {
        const int Records = 60;
        var text = string.Concat(Enumerable.Range(0, Records).Select(i => First.Replace("\"r1\"", $"\"{i}\"", StringComparison.Ordinal) + "\n"));
        var (file, work) = (folder.Write("many.jsonl", text), folder.File("many.work"));
        string[] arguments = ["evaluate", "--from", file, "--ranker", tiny.Folder, "--json", folder.File("many.json"), "--work", work];
        var start = new ProcessStartInfo("dotnet", [typeof(LlmBlender).Assembly.Location, .. arguments]) { RedirectStandardError = true };
        using (var process = Process.Start(start)!)
        {
            while (!process.HasExited && Noted(work) < 2)
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var noted = Noted(work);
        var outcome = await CommandLine.RunAsync(arguments);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.True(noted >= 1, "nothing was noted before the process was killed");
        Assert.Equal(Records, Noted(work) - 1);
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync([.. arguments[..^4], "--json", folder.File("peace.json")])).Code);
        Assert.Equal(await File.ReadAllTextAsync(folder.File("peace.json")), await File.ReadAllTextAsync(folder.File("many.json")));

        static int Noted(string path)
        {
            if (!File.Exists(path))
            {
                return 0;
            }

            // The file is locked against other processes of .NET while it is written.
            using var count = Process.Start(new ProcessStartInfo("wc", ["-l", path]) { RedirectStandardOutput = true })!;
            return int.Parse(count.StandardOutput.ReadToEnd().Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public async Task Evaluate_OfABadRecord_NamesAndSkipsIt()
    {
        var file = folder.Write("data.jsonl", $"{First}\n{{\"id\":\"bad\",\"instruction\":\"Say.\",\"candidates\":[{{\"text\":\"a\"}}]}}\nno\n{Second}\n");

        var outcome = await CommandLine.RunAsync("evaluate", "--from", file, "--ranker", tiny.Folder, "--json", "-");

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Contains($"{file}:2: \"output\" is missing, and must be the reference answer that metrics compare with; --metrics none needs none (record \"bad\")", outcome.Error, StringComparison.Ordinal);
        Assert.Contains($"{file}:3: is not valid JSON", outcome.Error, StringComparison.Ordinal);
        var run = JsonNode.Parse(outcome.Out)!["run"]!;
        Assert.Equal(("2", "2"), ((string)run["records"]!, (string)run["skipped"]!));
    }

    // The first record's finding is changed in the work file, and the last line cut off: the one is believed, the other found again.
    [Fact]
    public async Task Evaluate_OnAWorkFile_ComputesNothingTwice()
    {
        var work = folder.File("work");
        var whole = await EvaluateAsync($"{First}\n{Second}\n", "--work", work);
        var lines = File.ReadAllLines(work);
        Assert.Equal(3, lines.Length);
        var found = JsonNode.Parse(lines[1])!;
        found["metrics"]!["rouge1"]![0] = 0.25;
        File.WriteAllText(work, $"{lines[0]}\n{found.ToJsonString()}\n{lines[2][..^9]}");

        var again = await EvaluateAsync($"{First}\n{Second}\n", "--work", work);

        Assert.Equal([0.5], Figures(whole, "a", "rouge1"));
        Assert.Equal([0.125], Figures(again, "a", "rouge1"));
        Assert.Equal(Figures(whole, "b", "rouge1", "chrf", "GPT-Rank"), Figures(again, "b", "rouge1", "chrf", "GPT-Rank"));
        Assert.Equal(lines[2], File.ReadAllLines(work)[2]);
    }

    [Fact]
    public async Task Evaluate_OnAWorkFileOfOtherData_IsRefused()
    {
        await EvaluateAsync($"{First}\n", "--work", folder.File("work"));

        var outcome = await CommandLine.RunAsync(
            "evaluate", "--from", folder.Write("data.jsonl", $"{Second}\n"), "--ranker", tiny.Folder, "--work", folder.File("work"));

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("belongs to other work", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluate_Twice_GivesTheSameBytes()
    {
        var file = folder.Write("data.jsonl", $"{First}\n{Second}\n");
        string[] args = ["evaluate", "--from", file, "--ranker", tiny.Folder];

        Assert.Equal((await CommandLine.RunAsync([.. args, "--json", "-"])).Out, (await CommandLine.RunAsync([.. args, "--json", "-"])).Out);
        Assert.Equal((await CommandLine.RunAsync([.. args, "--html", "-"])).Out, (await CommandLine.RunAsync([.. args, "--html", "-"])).Out);
    }

    [Fact]
    public async Task Evaluate_AsHtml_AsksNobodyForAnythingAndEscapesTexts()
    {
        var file = folder.Write("data.jsonl", First.Replace("\"c\"", "\"<script>x</script>\"", StringComparison.Ordinal) + "\n");
        var page = (await CommandLine.RunAsync("evaluate", "--from", file, "--ranker", tiny.Folder, "--html", "-")).Out;

        Assert.StartsWith("<!doctype html>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>x", page, StringComparison.Ordinal);
        Assert.Equal(2, page.Split("<script").Length - 1);
        Assert.Equal(2, page.Split("</script").Length - 1);
        var script = page[(page.IndexOf("<script>", StringComparison.Ordinal) + "<script>".Length)..page.LastIndexOf("</script>", StringComparison.Ordinal)];
        Assert.Contains($"script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(script)))}'", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http:", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        Assert.Equal(4, page.Split("<svg ").Length - 1);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
    }

    // One answer ends the element that holds the records, if it is not escaped.
    [Fact]
    public async Task Evaluate_AsHtml_ShowsTheRecordsAsData()
    {
        const string Hostile = "</script><script>alert(1)</script>";
        var file = folder.Write("data.jsonl", First.Replace("x and some more words", Hostile, StringComparison.Ordinal) + $"\n{Second}\n");
        var page = (await CommandLine.RunAsync("evaluate", "--from", file, "--ranker", tiny.Folder, "--html", "-")).Out;

        const string Start = "id=\"data\">";
        var start = page.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        var data = JsonNode.Parse(page[start..page.IndexOf("</script>", start, StringComparison.Ordinal)])!;
        Assert.Equal("GPT-Rank", (string)data["criterion"]!);
        var record = data["records"]![0]!;
        Assert.Equal(("r1", "one", "Say.", "a b c d"), ((string)record["id"]!, (string)record["group"]!, (string)record["instruction"]!, (string)record["reference"]!));
        Assert.Contains(record["candidates"]!.AsArray(), candidate => (string)candidate!["text"]! == Hostile);
        Assert.Equal(9, record["matrix"]!.AsArray().Count);
        var scores = record["candidates"]!.AsArray().Select(candidate => (double)candidate!["score"]!).ToList();
        Assert.Equal(scores.OrderDescending(), scores);
    }

    // Of two records the longest answers are c and c (ranks 2 and 2), those of the best model, b, have ranks 2 and 1.
    [Fact]
    public async Task Evaluate_OfChoices_ComparesThemWithTheBestModelRecordByRecord()
    {
        var report = await EvaluateAsync($"{First}\n{Second}\n");

        var longest = report["against_best_model"]!.AsArray().Single(row => (string)row!["name"]! == "longest")!;
        Assert.Equal(2.0, (double)longest["quality"]!["value"]!);
        Assert.Equal(0.5, (double)longest["difference"]!["value"]!);
        Assert.Equal(0.5, (double)longest["rank_difference"]!["value"]!);
        Assert.Equal(0.25, (double)longest["better"]!["value"]!);
        Assert.Equal((0.0, 1.0), ((double)longest["difference"]!["low"]!, (double)longest["difference"]!["high"]!));
        Assert.Contains("the best single model, b: mean rank by GPT-Rank", (string)report["finding"]!, StringComparison.Ordinal);
        var subsets = report["best_by_subset"]!.AsArray().Single(row => (string)row!["name"]! == "longest")!["subsets"]!;
        Assert.Equal((0.0, 0.0), ((double)subsets["all"]!["value"]!, (double)subsets["two"]!["value"]!));
    }

    // A choice whose every record is better, and one whose every record is worse, by a score of the file.
    [Theory]
    [InlineData("9", "is better than the best single model")]
    [InlineData("1", "is worse than the best single model")]
    [InlineData("5", "No difference is shown")]
    public async Task Evaluate_OfAClearDifference_SaysItFirst(string score, string finding)
    {
        var ranked = (await CommandLine.RunAsync(Lines(_ => ("5", "5")), ["rank", "--from", "-", "--ranker", tiny.Folder])).Records;
        var chosen = ranked.Select(record => record["ranks"]!.AsArray().Select(rank => (int)rank!).ToList().IndexOf(1)).ToArray();
        Assert.Contains(0, chosen);
        Assert.Contains(1, chosen);

        // The model that is better in the mean over all records is the other one of each record as often as the chosen one.
        var report = await EvaluateAsync(Lines(i => chosen[i] == 0 ? (score, "5") : ("5", score)), "--judge", "s", "--metrics", "none");

        Assert.Contains(finding, (string)report["finding"]!, StringComparison.Ordinal);

        static string Lines(Func<int, (string A, string B)> scores) => string.Concat(Enumerable.Range(0, 40).Select(i =>
        {
            var (a, b) = scores(i);
            var (left, right) = i % 2 == 0 ? ("a b c d", "x") : ("x", "a b c d");
            return $$$"""{"id":"{{{i}}}","instruction":"Say {{{i}}}.","candidates":[{"model":"a","text":"{{{left}}} {{{i}}}","scores":{"s":{{{a}}}}},{"model":"b","text":"{{{right}}} {{{i}}}","scores":{"s":{{{b}}}}}]}""" + "\n";
        }));
    }

    // The packaged ranker is calibrated: of twenty records with an obvious answer, half are judged the other way round.
    [Fact]
    public async Task Evaluate_OfACalibratedRanker_ShowsReliabilityAndCoverage()
    {
        var lines = string.Concat(Enumerable.Range(0, 20).Select(i =>
            $$$"""{"id":{{{i}}},"instruction":"What is two and two?","candidates":[{"text":"Two and two make four.","scores":{"s":{{{i % 2}}}}},{"text":"Bananas are yellow.","scores":{"s":{{{1 - (i % 2)}}}}}]}""" + "\n"));
        var file = folder.Write("data.jsonl", lines);

        var outcome = await CommandLine.RunAsync("evaluate", "--from", file, "--metrics", "none", "--judge", "s", "--json", "-");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        var report = JsonNode.Parse(outcome.Out)!;
        var bin = Assert.Single(report["reliability"]!.AsArray())!;
        var confidence = (double)bin["confidence"]!["value"]!;
        Assert.InRange(confidence, 0.5, 1);
        Assert.Equal(0.5, (double)bin["right"]!["value"]!);
        Assert.Equal(confidence - 0.5, (double)report["expected_calibration_error"]!, 9);
        Assert.Equal(["100 %", "80 %", "60 %", "40 %", "20 %"], report["coverage"]!.AsArray().Select(row => (string)row!["share"]!));
        Assert.Equal(confidence, (double)report["coverage"]![0]!["threshold"]!, 9);
    }

    [Fact]
    public async Task Evaluate_OfARankerThatIsNotCalibrated_HasNoReliability()
    {
        var report = await EvaluateAsync($"{First}\n{Second}\n");

        Assert.Empty(report["reliability"]!.AsArray());
        Assert.Null(report["expected_calibration_error"]);
    }

    [Fact]
    public async Task Evaluate_AsCsv_WritesEveryFigureOnALine()
    {
        var judged = JsonNode.Parse(First)!;
        judged.AsObject().Remove("cmp_results");
        judged["candidates"]![2]!["model"] = "c, \"d\"";
        var file = folder.Write("data.jsonl", judged.ToJsonString() + "\n");
        var lines = (await CommandLine.RunAsync("evaluate", "--from", file, "--ranker", tiny.Folder, "--csv", "-")).Out.Split("\r\n");

        Assert.Equal("table,group,row,column,value,low,high,records", lines[0]);
        Assert.Contains("results,Models,a,rouge1,1,1,1,1", lines);
        Assert.Contains(lines, line => line.StartsWith("results,Models,\"c, \"\"d\"\"\",rouge1,", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("aggregations,,max-logits,comparisons,6,6,6,1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Evaluate_AsLatex_EscapesNamesAndBalancesBraces()
    {
        var named = JsonNode.Parse(First)!;
        named.AsObject().Remove("cmp_results");
        named["candidates"]![2]!["model"] = "c_50% & #1";
        var file = folder.Write("data.jsonl", named.ToJsonString() + "\n");
        var text = (await CommandLine.RunAsync("evaluate", "--from", file, "--ranker", tiny.Folder, "--latex", "-")).Out;

        Assert.Contains("c\\_50\\% \\& \\#1 & ", text, StringComparison.Ordinal);
        Assert.Contains("\\label{tab:results}", text, StringComparison.Ordinal);
        Assert.Contains("\\textbf{", text, StringComparison.Ordinal);
        Assert.Equal(text.Split("\\begin{").Length, text.Split("\\end{").Length);
        var body = string.Concat(text.Split('\n').Where(line => !line.StartsWith('%')));
        Assert.Equal(body.Count(letter => letter == '{'), body.Count(letter => letter == '}'));
    }

    [Fact]
    public async Task Evaluate_OfAGzippedFile_ReadsIt()
    {
        var file = folder.File("data.jsonl.gz");
        await using (var stream = new GZipStream(File.Create(file), CompressionLevel.Fastest))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes($"{First}\n{Second}\n"));
        }

        var outcome = await CommandLine.RunAsync("evaluate", "--from", file, "--ranker", tiny.Folder, "--markdown", "-");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Contains("| Oracle GPT-Rank |", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("## Position bias", outcome.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;")]
    [InlineData("[click](javascript:alert(1))", "[click]\\(javascript:alert(1))")]
    [InlineData("a\\|b|c`d*e", "a\\\\\\|b\\|c\\`d\\*e")]
    [InlineData("\u001b[2J\u202eevil\r\nnext", "\ufffd[2J\ufffdevil\ufffd next")]
    public async Task Evaluate_NamesWithMarkup_AreTextInMarkdown(string name, string expected)
    {
        var record = System.Text.Json.JsonSerializer.Serialize(new
        {
            id = "r",
            instruction = "Say.",
            input = "",
            output = "a b",
            candidates = new[] { new { model = name, text = "a b", scores = new { s = 1 } }, new { model = "b", text = "c", scores = new { s = 2 } } },
        });
        var file = folder.Write("data.jsonl", $"{record}\n");

        var outcome = await CommandLine.RunAsync("evaluate", "--from", file, "--ranker", tiny.Folder, "--markdown", "-");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Contains($"| {expected} |", outcome.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(name, outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluate_ToATerminal_ShowsTheTables()
    {
        var file = folder.Write("data.jsonl", $"{First}\n{Second}\n");
        var outcome = await CommandLine.RunAsync("evaluate", "--from", file, "--ranker", tiny.Folder);

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Contains("LLM-Blender (select)", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("Agreement with GPT-Rank", outcome.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("metric \"nope\" is not known; known are rouge1", "--metrics", "nope")]
    [InlineData("ranker \"random:x\" has an argument, and random takes none", "--rankers", "random:x")]
    [InlineData("--judge nope: no record has this score", "--judge", "nope")]
    [InlineData("--against nope: there is no such model; there are b, a, c", "--against", "nope")]
    [InlineData("--json /nowhere/at/all.json: must be a file in a folder that exists", "--json", "/nowhere/at/all.json")]
    public async Task Evaluate_OfBadArguments_IsRefusedByName(string message, string option, string value)
    {
        var file = folder.Write("data.jsonl", $"{First}\n{Second}\n");
        var outcome = await CommandLine.RunAsync("evaluate", "--from", file, "--ranker", tiny.Folder, option, value);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluate_WithModelsAsMetricAndRanker_TabulatesBoth()
    {
        using var bert = new BertCheckpoint();
        var (model, ranker) = (bert.Import("model"), bert.Import("simcls", ModelKind.SimCls));
        var record = JsonSerializer.Serialize(new
        {
            id = 1,
            instruction = "Why?",
            output = "It fades.",
            candidates = new[] { "Chlorophyll breaks down.", "Magic." }.Select((text, i) => new { model = $"m{i}", text }),
        });

        var outcome = await CommandLine.RunAsync(
            "evaluate", "--from", folder.Write("data.jsonl", record), "--ranker", tiny.Folder, "--json", "-",
            "--metrics", $"rougeL,bertscore:{model}+layer=2", "--rankers", $"random,model:{ranker}");

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.Contains("\"bertscore\"", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("\"simcls\"", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("Oracle bertscore", outcome.Out, StringComparison.Ordinal);
    }

    private async Task<JsonNode> EvaluateAsync(string records, params string[] args)
    {
        var file = folder.Write("data.jsonl", records);
        var outcome = await CommandLine.RunAsync(["evaluate", "--from", file, "--ranker", tiny.Folder, "--json", "-", .. args]);
        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        return JsonNode.Parse(outcome.Out)!;
    }

    private static IEnumerable<double> Figures(JsonNode report, string row, params string[] columns)
    {
        var figures = report["rows"]!.AsArray().Single(one => (string)one!["name"]! == row)!["figures"]!;
        return columns.Select(column => (double)figures[column]!["value"]!);
    }

    private static double Turned(JsonArray matrix)
    {
        var turned = 0;
        for (var i = 0; i < 3; i++)
        {
            for (var j = 0; j < i; j++)
            {
                turned += (double)matrix[i]![j]! > 0 == (double)matrix[j]![i]! > 0 ? 1 : 0;
            }
        }

        return turned / 3.0;
    }
}
