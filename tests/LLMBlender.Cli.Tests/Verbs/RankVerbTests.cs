using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class RankVerbTests(TinyModel tiny) : IDisposable
{
    private const string Good = """{"id": "good", "instruction": "Add: ", "input": "2 + 2", "candidates": [{"model": "m", "text": "4"}, {"text": "five"}, {"text": ""}]}""";

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Groups => [.. RankGroup.All.Select(group => group.Name)];

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Rank_ReferenceGroup_GivesTheReferencesMatricesScoresAndRanks(string name)
    {
        var group = RankGroup.All.Single(one => one.Name == name);

        var outcome = await RunAsync(group.Records(), [.. group.Options, "--matrix"]);

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.Equal(Enumerable.Range(0, group.Count), outcome.Records.Select(record => record["id"]!.GetValue<int>()));
        Assert.All(group.Plain, i =>
        {
            var record = outcome.Records[i];
            var count = group.Candidates(i).Length;
            Assert.Equal(count * (count - 1), record["comparisons"]!.GetValue<int>());
            Assert.Equal(group.Ranks(i), record["ranks"].Deserialize<int[]>()!);
            AssertNear(group.Scores(i), record["scores"].Deserialize<double[]>()!, 3e-5);
            AssertNear(
                group.Matrix(i).SelectMany(row => row).Select(logit => (double)logit),
                record["matrix"].Deserialize<float[][]>()!.SelectMany(row => row).Select(logit => (double)logit),
                2e-5);
        });
    }

    [Fact]
    public async Task Rank_ScoresAndMatrix_AgreeWithTheirDefinition()
    {
        var record = (await RunAsync(Good, ["--matrix"])).Records.Single();
        var matrix = record["matrix"].Deserialize<float[][]>()!;

        var scores = Enumerable.Range(0, 3).Select(i => Enumerable.Range(0, 3).Sum(j => (double)matrix[i][j] - matrix[j][i]) / 3);

        AssertNear(scores, record["scores"].Deserialize<double[]>()!, 1e-12);
        Assert.Equal([0, 0, 0], Enumerable.Range(0, 3).Select(i => matrix[i][i]));
    }

    [Fact]
    public async Task Rank_BubbleSort_ComparesFewerAndLeavesTheOthersNull()
    {
        var candidates = string.Join(',', Enumerable.Range(0, 12).Select(i => $$"""{"text": "answer {{i * 7 % 5}} of {{i}}"}"""));

        var record = (await RunAsync($$"""{"id": 1, "instruction": "Say.", "candidates": [{{candidates}}]}""", ["--aggregate", "bubble-sort", "--matrix"]))
            .Records.Single();

        var entries = record["matrix"]!.AsArray().SelectMany(row => row!.AsArray()).ToList();
        var comparisons = record["comparisons"]!.GetValue<int>();
        Assert.InRange(comparisons, 22, 131);
        Assert.Equal(144 - 12 - comparisons, entries.Count(entry => entry is null));
        Assert.Equal(Enumerable.Range(1, 12), record["ranks"].Deserialize<int[]>()!.Order());
    }

    [Theory]
    [InlineData("longest")]
    [InlineData("shortest")]
    [InlineData("median_length")]
    [InlineData("first")]
    [InlineData("last")]
    public async Task Rank_RecordedReferenceMode_GivesItsScores(string mode)
    {
        var api = await ApiAsync();

        var outcome = await RunAsync(Records(api), ["--reference-mode", mode]);

        var expected = api["rank_with_ref"]![mode]!["scores"].Deserialize<double[][]>()!;
        Assert.All(outcome.Records.Zip(expected), pair => AssertNear(pair.Second, pair.First["scores"].Deserialize<double[]>()!, 3e-5));
        Assert.Equal(expected.Length, outcome.Records.Count);
    }

    [Theory]
    [InlineData("get_best_of_n", 1)]
    [InlineData("get_worst_of_n", 5)]
    public async Task Rank_RecordedBestAndWorstOfN_AreTheEndsOfTheOrder(string call, int rank)
    {
        var api = await ApiAsync();

        var outcome = await RunAsync(Records(api), ["--top-k", "5"]);

        var expected = api["best_of_n"]![$"{call}/full/return_all=false"]!["result"].Deserialize<string[]>()!;
        Assert.Equal(expected, outcome.Records.Select(record => record["top"]![rank - 1]!["text"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Rank_OwnReference_ComparesEachCandidateWithIt()
    {
        var outcome = await RunAsync(Good[..^1] + """, "reference": "4"}""", ["--matrix", "--top-k", "1"]);

        var record = outcome.Records.Single();
        var scores = record["scores"].Deserialize<double[]>()!;
        var matrix = record["matrix"]!.AsArray();
        Assert.Equal(6, record["comparisons"]!.GetValue<int>());
        Assert.Equal(0, scores[0]);
        AssertNear(Enumerable.Range(0, 3).Select(i => matrix[i]![3]!.GetValue<double>() - matrix[3]![i]!.GetValue<double>()), scores, 1e-6);
        Assert.Single(record["top"]!.AsArray());
    }

    [Fact]
    public async Task Rank_Prior_IsLoadedBesideTheRanker()
    {
        var candidates = string.Join(',', Enumerable.Range(0, 12).Select(i => $$"""{"text": "answer {{i * 7 % 5}} of {{i}}"}"""));

        var outcome = await RunAsync(
            $$"""{"id": 1, "instruction": "Say.", "candidates": [{{candidates}}]}""", ["--aggregate", "adaptive-best", "--prior", Repository.File("models", "reward-minilm")]);

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        var record = outcome.Records.Single();
        Assert.Equal("pair-ranker", record["ranker_info"]!["kind"]!.GetValue<string>());
        Assert.InRange(record["comparisons"]!.GetValue<int>(), 8, 12 * 11);
    }

    [Fact]
    public async Task Rank_PriorThatComparesPairs_FailsTheRecordByName()
    {
        var outcome = await RunAsync(Good, ["--aggregate", "adaptive", "--prior", MiniRanker.Folder]);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Contains("which compares pairs", outcome.Records.Single()["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bubble-best")]
    [InlineData("bubble-worst")]
    public async Task Rank_OneEndAlone_ComparesEachOnce(string aggregation) =>
        Assert.Equal(4, (await RunAsync(Good, ["--aggregate", aggregation])).Records.Single()["comparisons"]!.GetValue<int>());

    [Fact]
    public async Task Rank_AggregationAndReference_ExcludeEachOther()
    {
        var outcome = await RunAsync(Good, ["--aggregate", "max-wins", "--reference-mode", "first"]);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("\"aggregate\", \"reference_mode\" and \"reference\" exclude each other", outcome.Error, StringComparison.Ordinal);
    }

    private static async Task<JsonNode> ApiAsync()
    {
        Assert.SkipUnless(SharedFolder.Exists, SharedFolder.SkipReason);
        return JsonNode.Parse(await File.ReadAllBytesAsync(
            SharedFolder.File("parity", "pairrm-tiny", "cases", "api.json"), TestContext.Current.CancellationToken))!;
    }

    private static string Records(JsonNode api) => string.Join('\n', api["inputs"]!.AsArray().Select((input, i) => new JsonObject
    {
        ["id"] = i,
        ["instruction"] = api["instructions"]![i]!.GetValue<string>(),
        ["input"] = input!.GetValue<string>(),
        ["candidates"] = new JsonArray([.. api["candidates"]![i]!.AsArray().Select(text => (JsonNode)new JsonObject { ["text"] = text!.GetValue<string>() })]),
    }.ToJsonString()));

    [Fact]
    public async Task Rank_MaxWins_CountsWonComparisons()
    {
        var record = (await RunAsync(Good, ["--aggregate", "max-wins", "--matrix"])).Records.Single();

        var matrix = record["matrix"].Deserialize<float[][]>()!;
        var wins = Enumerable.Range(0, 3).Select(i => Enumerable.Range(0, 3).Sum(j => (matrix[i][j] > 0 ? 1.0 : 0) + (matrix[j][i] < 0 ? 1 : 0)));
        Assert.Equal(wins, record["scores"].Deserialize<double[]>()!);
    }

    [Fact]
    public async Task Rank_WithoutMatrixOption_WritesExactlyTheContractsFields()
    {
        var record = (await RunAsync(Good)).Records.Single().AsObject();

        Assert.Equal(["id", "ranks", "scores", "comparisons", "ranker_info"], record.Select(field => field.Key));
    }

    [Fact]
    public async Task Rank_OneCandidate_IsFirstWithoutComparison()
    {
        var outcome = await RunAsync("""{"id": "one", "instruction": "Say.", "candidates": [{"text": "only"}]}""", ["--matrix"]);

        Assert.Equal("""{"id":"one","ranks":[1],"scores":[0],"comparisons":0,"matrix":[[0]],"ranker_info":{"name":"tiny","kind":"pair-ranker"}}""" + "\n", outcome.Out);
        Assert.Equal(ExitCode.Done, outcome.Code);
    }

    [Theory]
    [InlineData("\"1\"")]
    [InlineData("1")]
    [InlineData("-12.50e3")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("\"ü 🍁 <b> & ' \\\" \\\\ \\n\"")]
    public async Task Rank_AnyId_ComesBackAsItWas(string id)
    {
        var outcome = await RunAsync($$"""{"id": {{id}}, "instruction": "Say.", "candidates": [{"text": "a"}]}""");

        Assert.StartsWith($$"""{"id":{{id}},""", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rank_InstructionAndInput_AreJoinedWithoutSeparator()
    {
        var apart = """{"id": 1, "instruction": "Sum up: the cat", "input": "alogue of ships", "candidates": [{"text": "a"}, {"text": "b b"}]}""";
        var whole = """{"id": 1, "instruction": "Sum up: the catalogue of ships", "candidates": [{"text": "a"}, {"text": "b b"}]}""";

        Assert.Equal((await RunAsync(whole, ["--matrix"])).Out, (await RunAsync(apart, ["--matrix"])).Out);
    }

    [Fact]
    public async Task Rank_DifferentNumbersOfCandidates_EachAnsweredInPlace()
    {
        int[] counts = [1, 2, 40, 3, 128, 1, 5];
        var records = counts.Select((count, n) => Record(n, Enumerable.Range(0, count).Select(i => $"answer {i} {new string('x', i % 7)}")));

        var outcome = await RunAsync(string.Join('\n', records), ["--source-max-length", "16", "--candidate-max-length", "8"]);

        Assert.Equal(ExitCode.Done, outcome.Code);
        Assert.Equal(counts, outcome.Records.Select(record => record["ranks"]!.AsArray().Count));
        Assert.Equal(counts.Select(count => count * (count - 1)), outcome.Records.Select(record => record["comparisons"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Rank_HugeAndHostileCandidates_AreRanked()
    {
        var megabyte = string.Concat(Enumerable.Repeat("words and more words ", 50_000));
        string[] texts = [megabyte, "[CLS] <|candidate1|> [SEP] <|source|>", "", "\0\u0001 \u200b", "fine"];

        var outcome = await RunAsync(Record(1, texts));

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.Equal(5, outcome.Records.Single()["ranks"]!.AsArray().Count);
    }

    [Fact]
    public async Task Rank_SameInputTwice_GivesTheSameBytes()
    {
        var records = string.Join('\n', Enumerable.Range(0, 60).Select(n =>
            Record(n, Enumerable.Range(0, (n % 6) + 1).Select(i => string.Concat(Enumerable.Repeat($"word{i} ", (n * i % 17) + 1))))));

        var first = await RunAsync(records, ["--matrix"]);
        var second = await RunAsync(records, ["--matrix"]);

        Assert.Equal(60, first.Records.Count);
        Assert.Equal(first.Out, second.Out);
    }

    [Fact]
    public async Task Rank_FromFileToFile_WritesJsonLinesWithoutMark()
    {
        var from = folder.Write("in.jsonl", "\uFEFF\n  \r\n" + Good + "\r\n\n" + Good.Replace("good", "second", StringComparison.Ordinal));
        var to = folder.File("out.jsonl");

        var outcome = await CommandLine.RunAsync("rank", "--from", from, "--to", to, "--ranker", tiny.Folder);

        Assert.Equal(new Outcome(ExitCode.Done, "", ""), outcome);
        Assert.Equal((byte)'{', (await File.ReadAllBytesAsync(to, TestContext.Current.CancellationToken))[0]);
        Assert.Equal(
            ["good", "second"],
            Outcome.Parse(await File.ReadAllTextAsync(to, TestContext.Current.CancellationToken)).Select(record => record["id"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Rank_EmptyInput_WritesNothingAndIsDone() =>
        Assert.Equal(new Outcome(ExitCode.Done, "", ""), await RunAsync(""));

    [Fact]
    public async Task Rank_RecordNamesARankerThatIsNotLoaded_FailsByName()
    {
        var record = Good.Replace("\"instruction\"", "\"ranker\": \"pairrm\", \"instruction\"", StringComparison.Ordinal);

        var outcome = await CommandLine.RunAsync(record, ["rank", "--from", "-"]);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Contains("ranker \"pairrm\" is not known", Assert.Single(outcome.Records)["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rank_OptionAndRecordNameRankers_UsesTheOptions()
    {
        var record = Good.Replace("\"instruction\"", "\"ranker\": \"pairrm\", \"instruction\"", StringComparison.Ordinal);

        var outcome = await RunAsync(record);

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
    }

    public void Dispose() => folder.Dispose();

    private static string Record(int id, IEnumerable<string> texts) => new JsonObject
    {
        ["id"] = id,
        ["instruction"] = "Which of these is best?",
        ["candidates"] = new JsonArray([.. texts.Select(text => new JsonObject { ["text"] = text })]),
    }.ToJsonString();

    private static void AssertNear(IEnumerable<double> expected, IEnumerable<double> actual, double tolerance)
    {
        Assert.Equal(expected.Count(), actual.Count());
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }

    private Task<Outcome> RunAsync(string input, params string[] options) =>
        CommandLine.RunAsync(input, ["rank", "--from", "-", "--ranker", tiny.Folder, .. options]);
}
