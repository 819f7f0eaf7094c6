using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class FuseVerbTests(TinyFuserModel tiny)
{
    private const string Plain = """{"id": 1, "instruction": "Say.", "candidates": [{"text": "first"}, {"text": "second"}, {"text": "third"}, {"text": "fourth"}]}""";

    [Fact]
    public async Task Fuse_RecordedCalls_GivesTheReferencesSourcesAndAnswers()
    {
        foreach (var set in T5Fixture.FuserSets())
        {
            var outcome = await FuseAsync(Records(set!), [.. Options(set!), "--reference-truncation"]);

            var expected = set!["tokenizers"]!["t5"]!;
            Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
            Assert.Equal(Texts(expected["fuse_inputs"]!), outcome.Records.Select(record => record["source"]!.GetValue<string>()));
            Assert.Equal(Texts(expected["fused_text"]!), outcome.Records.Select(record => record["answer"]!.GetValue<string>()));
        }
    }

    [Fact]
    public async Task Fuse_LongInput_KeepsTheInstructionToFuse()
    {
        var set = T5Fixture.FuserSets().Single(set => set!["name"]!.GetValue<string>() == "s_total_truncation")!;

        var outcome = await FuseAsync(Records(set), Options(set));

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.All(outcome.Records, record => Assert.EndsWith(
            "...</s>Summarize candidates into a better one for the given instruction:", record["source"]!.GetValue<string>(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"ranks\": [3, 1, 4, 2]")]
    [InlineData("\"candidates\": [{\"text\": \"first\", \"rank\": 3}, {\"text\": \"second\", \"rank\": 1}, {\"text\": \"third\", \"rank\": 4}, {\"text\": \"fourth\", \"rank\": 2}]")]
    public async Task Fuse_Ranks_PutTheBestFirst(string field)
    {
        var outcome = await FuseAsync(Plain.Replace("\"id\": 1", "\"id\": 1, " + field, StringComparison.Ordinal).Replace(
            ", \"candidates\": [{\"text\": \"first\"}, {\"text\": \"second\"}, {\"text\": \"third\"}, {\"text\": \"fourth\"}]",
            field.StartsWith("\"cand", StringComparison.Ordinal) ? "" : ", \"candidates\": [{\"text\": \"first\"}, {\"text\": \"second\"}, {\"text\": \"third\"}, {\"text\": \"fourth\"}]",
            StringComparison.Ordinal), "--show-source", "--max-new-tokens", "2");

        Assert.Contains(
            "Candidate 0: <extra_id_0>:second</s>Candidate 1: <extra_id_1>:fourth</s>Candidate 2: <extra_id_2>:first</s>Summarize",
            outcome.Records[0]["source"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fuse_FewerThanTopK_FusesWhatThereIs()
    {
        var outcome = await FuseAsync(Plain, "--show-source", "--top-k", "9", "--max-new-tokens", "2");

        Assert.Contains("Candidate 3: <extra_id_3>:fourth</s>Summarize", outcome.Records[0]["source"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fuse_Select_GivesTheBestCandidate()
    {
        var outcome = await CommandLine.RunAsync(Plain, ["fuse", "--from", "-", "--fuser", "select"]);

        Assert.Equal("""{"id":1,"answer":"first","made_from":[0],"usage":{"prompt_tokens":0,"completion_tokens":0}}""", outcome.Out.TrimEnd());
    }

    [Fact]
    public async Task Fuse_NoFuserNamed_GivesTheBestCandidate()
    {
        var outcome = await CommandLine.RunAsync(Plain, ["fuse", "--from", "-"]);

        Assert.Equal("""{"id":1,"answer":"first","made_from":[0],"usage":{"prompt_tokens":0,"completion_tokens":0}}""", outcome.Out.TrimEnd());
    }

    [Fact]
    public async Task Fuse_TheMini_WritesAnAnswerOfItsOwn()
    {
        const string Copies = """
            {"id": 1, "instruction": "What do bees do?", "candidates": [{"text": "Bees gather nectar from flowers and turn it into honey."},
            {"text": "Bees gather nectar from flowers and turn it into."}, {"text": "Bees nectar gather from flowers and turn it into honey."}]}
            """;

        var outcome = await CommandLine.RunAsync(
            Copies.ReplaceLineEndings(" "), ["fuse", "--from", "-", "--fuser", Repository.File("models", "genfuser-mini")]);

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.Equal("Bees gather nectar from flowers and turn it into honey.", outcome.Records[0]["answer"]!.GetValue<string>());
    }

    [Fact]
    public async Task Fuse_NoRoomForTheCandidates_FallsBackByName()
    {
        var many = $$"""{"id": 1, "instruction": "Say.", "candidates": [{{string.Join(", ", Enumerable.Range(0, 12).Select(i => $$"""{"text": "c{{i}}"}"""))}}]}""";

        var outcome = await FuseAsync(many, "--top-k", "12", "--max-length", "64");

        Assert.Equal((ExitCode.Done, "c0"), (outcome.Code, outcome.Records[0]["answer"]!.GetValue<string>()));
        Assert.StartsWith("llmblender: stdin:1: tiny-fuser failed: a source of at most 64 tokens has no room for 12 candidates", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("the answer is the best candidate (record 1)", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fuse_OnATerminal_ShowsAnswersWithinItsWidth()
    {
        var set = T5Fixture.FuserSets()[0]!;
        var answers = Texts(set["tokenizers"]!["t5"]!["fused_text"]!).ToList();

        var outcome = await CommandLine.RunAsync(
            System.Text.Encoding.UTF8.GetBytes(Records(set) + "\n{\"id\": 9}"),
            ["fuse", "--from", "-", "--fuser", tiny.Folder, .. Options(set).Where(option => option != "--show-source")],
            terminal => terminal with { OutIsTerminal = true, Width = 60, Variable = name => name == "TERM" ? "dumb" : null });

        Assert.Equal((ExitCode.SomeFailed, ""), (outcome.Code, outcome.Error));
        var words = string.Join(' ', outcome.Out.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.All(answers, answer => Assert.Contains(
            string.Join(' ', answer.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), words, StringComparison.Ordinal));
        Assert.Contains("stdin:4: \"instruction\" is missing", words, StringComparison.Ordinal);
        Assert.All(outcome.Out.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 60));
    }

    [Theory]
    [InlineData("""{"id": 1, "instruction": "Say."}""", "\"candidates\" is missing")]
    [InlineData("""{"id": 1, "instruction": "Say.", "candidates": []}""", "\"candidates\" lists 0, and must list from 1 to 1024")]
    [InlineData("""{"id": 1, "instruction": "Say.", "candidates": [{"text": ""}, {"text": " "}]}""", "\"candidates\" lists 2 and all are empty; at least one must have text")]
    [InlineData("""{"id": 1, "instruction": "Say.", "ranks": [1], "candidates": [{"text": "a"}, {"text": "b"}]}""", "\"ranks\" is [1], and must be 2 whole numbers from 1")]
    [InlineData("""{"id": 1, "instruction": "Say.", "candidates": [{"text": "a", "rank": 1}, {"text": "b"}]}""", "\"candidates[1].rank\" is missing")]
    [InlineData("""{"id": 1, "instruction": "Say.", "candidates": [{"text": "a", "rank": 0}]}""", "\"candidates[0].rank\" is 0, and must be a whole number from 1")]
    public async Task Fuse_BadRecord_FailsItByName(string record, string problem)
    {
        var outcome = await FuseAsync(record + "\n" + """{"id": 2, "instruction": "Say.", "candidates": [{"text": "a"}]}""", "--max-new-tokens", "2");

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.StartsWith($"stdin:1: {problem}", outcome.Records[0]["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.NotNull(outcome.Records[1]["answer"]);
    }

    [Fact]
    public async Task Fuse_RankerAsFuser_IsRefused()
    {
        var outcome = await CommandLine.RunAsync(Plain, ["fuse", "--from", "-", "--fuser", MiniRanker.Folder]);

        Assert.Equal(ExitCode.Model, outcome.Code);
        Assert.Contains("\"kind\" is \"pair-ranker\", but a gen-fuser was requested", outcome.Error, StringComparison.Ordinal);
    }

    private static string[] Options(JsonNode set)
    {
        var tokens = set["generate_kwargs"]!["max_new_tokens"]?.GetValue<int>();
        return
        [
            "--show-source", "--top-k", "9",
            "--max-length", $"{set["max_length"]}", "--candidate-max-length", $"{set["candidate_maxlength"]}",
            .. tokens is null ? Array.Empty<string>() : ["--max-new-tokens", $"{tokens}"],
        ];
    }

    private static string Records(JsonNode set) => string.Join('\n', set["inputs"]!.AsArray().Select((input, i) => new JsonObject
    {
        ["id"] = i,
        ["instruction"] = set["instructions"]?[i]!.GetValue<string>() ?? "",
        ["input"] = input!.GetValue<string>(),
        ["candidates"] = new JsonArray([.. set["candidates"]![i]!.AsArray().Select(text => new JsonObject { ["text"] = text!.GetValue<string>() })]),
    }.ToJsonString()));

    private static IEnumerable<string> Texts(JsonNode list) => list.AsArray().Select(text => text!.GetValue<string>());

    private Task<Outcome> FuseAsync(string records, params string[] options) =>
        CommandLine.RunAsync(records, ["fuse", "--from", "-", "--fuser", tiny.Folder, .. options]);
}
