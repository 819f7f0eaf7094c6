using System.Text;
using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

/// <summary>Every bad record is answered by an error in its place, named on standard error, and costs no other record its answer.</summary>
public sealed class BadRecordTests(TinyModel tiny) : IDisposable
{
    private const string First = """{"id": "first", "instruction": "Say.", "candidates": [{"text": "a"}, {"text": "b"}]}""";
    private const string Last = """{"id": "last", "instruction": "Say.", "candidates": [{"text": "a"}, {"text": "b"}]}""";
    private const string List = "a list of {\"model\",\"text\"}";

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string?, string> Cases => new()
    {
        { """{"id": "bad", "instruction": "Say." """, null, "is not valid JSON: " },
        { "bad", null, "is not valid JSON: " },
        { """{"id": "bad"} {"id": "worse"}""", null, "is not valid JSON: " },
        { """[1, 2]""", null, "is [1, 2], and must be a JSON object" },
        { """{"instruction": "Say.", "candidates": [{"text": "a"}]}""", null, "\"id\" is missing, and must be a string or a number" },
        { """{"id": null, "instruction": "Say.", "candidates": [{"text": "a"}]}""", null, "\"id\" is missing, and must be a string or a number" },
        { """{"id": true, "instruction": "Say.", "candidates": [{"text": "a"}]}""", null, "\"id\" is true, and must be a string or a number" },
        { """{"id": "", "instruction": "Say.", "candidates": [{"text": "a"}]}""", null, "\"id\" is \"\", and must not be empty" },
        { """{"id": "first", "instruction": "Say.", "candidates": [{"text": "a"}]}""", "first", "\"id\" is \"first\", which line 1 has too, and must be unique" },
        { """{"id": "bad", "candidates": [{"text": "a"}]}""", "bad", "\"instruction\" is missing, and must be a string" },
        { """{"id": "bad", "instruction": 7, "candidates": [{"text": "a"}]}""", "bad", "\"instruction\" is 7, and must be a string" },
        { """{"id": "bad", "instruction": "", "candidates": [{"text": "a"}]}""", "bad", "\"instruction\" is empty, and without an \"input\" it must have text" },
        { """{"id": "bad", "instruction": "", "input": "", "candidates": [{"text": "a"}]}""", "bad", "\"instruction\" is empty, and without an \"input\" it must have text" },
        { """{"id": "bad", "instruction": "Say.", "input": ["x"], "candidates": [{"text": "a"}]}""", "bad", "\"input\" is [\"x\"], and must be a string" },
        { """{"id": "bad", "instruction": "Say."}""", "bad", $"\"candidates\" is missing, and must be {List}" },
        { """{"id": "bad", "instruction": "Say.", "candidates": []}""", "bad", "\"candidates\" lists 0, and must list from 1 to 1024" },
        { """{"id": "bad", "instruction": "Say.", "candidates": "a"}""", "bad", $"\"candidates\" is \"a\", and must be {List}" },
        { """{"id": "bad", "instruction": "Say.", "candidates": [{"text": "a"}, null]}""", "bad", "\"candidates[1]\" is null, and must be a JSON object" },
        { """{"id": "bad", "instruction": "Say.", "candidates": ["a", 7]}""", "bad", "\"candidates[1]\" is 7, and must be a JSON object" },
        { """{"id": "bad", "instruction": "Say.", "candidates": [{"model": "m"}]}""", "bad", "\"candidates[0].text\" is missing, and must be a string" },
        { """{"id": "bad", "instruction": "Say.", "candidates": [{"text": "a"}, {"text": 5}]}""", "bad", "\"candidates[1].text\" is 5, and must be a string" },
        { """{"id": "bad", "instruction": "Say.", "candidates": [{"text": "a", "model": 5}]}""", "bad", "\"candidates[0].model\" is 5, and must be a string" },
        { """{"id": "bad", "instruction": "\ud800", "candidates": [{"text": "a"}]}""", "bad", "\"instruction\" escapes half of a surrogate pair, and must be valid Unicode" },
        { """{"id": "bad", "instruction": "Say.", "candidates": ["\ud800"]}""", "bad", "\"candidates" },
        { """{"id": "bad", "instruction": "Say.", "\ud800": 1}""", null, "has a field whose name escapes half of a surrogate pair" },
        { $$"""{"id": "bad", "instruction": "Say.", "candidates": [{{string.Join(',', Enumerable.Repeat("{\"text\":\"a\"}", 1025))}}]}""", "bad", "\"candidates\" lists 1025, and must list from 1 to 1024" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Rank_BadRecord_IsNamedAndTheOthersAreRanked(string line, string? id, string problem)
    {
        var outcome = await RunAsync(Encoding.UTF8.GetBytes(line));

        AssertOneFailed(outcome, id, problem);
    }

    [Fact]
    public async Task Rank_InvalidUtf8_NamesTheByteAndTheRecord()
    {
        byte[] line = [.. """{"id": "bad", "instruction": "Say """u8, 0xC3, 0x28, .. "\", \"candidates\": [{\"text\": \"a\"}]}"u8];

        var outcome = await RunAsync(line);

        AssertOneFailed(outcome, "bad", "byte 35 of the line is not UTF-8, and records must be UTF-8");
    }

    [Fact]
    public async Task Rank_InvalidUtf8InTheId_LeavesTheIdUnknown()
    {
        var outcome = await RunAsync([.. """{"id": "b"""u8, 0xFF, .. "\", \"instruction\": \"Say.\"}"u8]);

        AssertOneFailed(outcome, null, "byte 10 of the line is not UTF-8, and records must be UTF-8");
    }

    [Theory]
    [InlineData("compare", """{"id": "bad", "instruction": "Say.", "a": "x"}""", "\"b\" is missing, and must be a string")]
    [InlineData("compare", """{"id": "bad", "instruction": "Say.", "a": 1, "b": "y"}""", "\"a\" is 1, and must be a string")]
    [InlineData("compare", """{"id": "bad", "a": "x", "b": "y"}""", "\"instruction\" is missing, and must be a string")]
    [InlineData("tokenize", """{"id": "bad"}""", "\"text\" is missing, and must be a string")]
    [InlineData("tokenize", """{"id": "bad", "text": null}""", "\"text\" is missing, and must be a string")]
    [InlineData("blend", """{"id": "bad", "instruction": "Say.", "candidates": []}""", "\"candidates\" lists 0, and must list from 1 to 1024")]
    [InlineData("blend", """{"id": "bad", "instruction": "Unheard of."}""", "the sample panel only has answers recorded for 18 instructions, and this is none of them.")]
    [InlineData("blend", """{"id": "bad", "instruction": "Translate this sentence into Spanish.", "input": "Other."}""", "the sample panel has answers to this instruction only for its own input")]
    public async Task OtherVerb_BadRecord_IsNamedAndTheOthersAreAnswered(string verb, string line, string problem)
    {
        const string Fields = "\"instruction\": \"Say.\", \"candidates\": [{\"text\": \"a\"}], \"a\": \"x\", \"b\": \"y\", \"text\": \"t\"}";
        var from = folder.Write("records.jsonl", $"{{\"id\": \"first\", {Fields}\n{line}\n{{\"id\": \"last\", {Fields}");

        var outcome = await CommandLine.RunAsync(verb, "--from", from, verb == "tokenize" ? "--model" : "--ranker", tiny.Folder);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Equal(["first", "bad", "last"], outcome.Records.Select(record => record["id"]!.GetValue<string>()));
        Assert.StartsWith($"{from}:2: {problem}", outcome.Records[1]["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.StartsWith($"llmblender: {from}:2: {problem}", outcome.Error, StringComparison.Ordinal);
        Assert.All([outcome.Records[0], outcome.Records[2]], record => Assert.Null(record["error"]));
    }

    public static TheoryData<string, string> OtherEncodings => new()
    {
        { "utf-16", "UTF-16" }, { "utf-16BE", "UTF-16" }, { "utf-32", "UTF-32" }, { "utf-32BE", "UTF-32" },
    };

    [Theory]
    [MemberData(nameof(OtherEncodings))]
    public async Task Rank_OtherEncoding_IsNamedOnce(string encoding, string name)
    {
        var text = Encoding.GetEncoding(encoding);
        foreach (var mark in new[] { text.GetPreamble(), [] })
        {
            if (mark.Length == 0 && name == "UTF-32")
            {
                continue;
            }

            var from = folder.Write("records.jsonl", [.. mark, .. text.GetBytes($"{First}\r\n{Last}\r\n")]);

            var outcome = await CommandLine.RunAsync("rank", "--from", from, "--ranker", tiny.Folder);

            Assert.Equal((ExitCode.Usage, ""), (outcome.Code, outcome.Out));
            Assert.StartsWith($"llmblender: {from}: is {name}, and records must be UTF-8", outcome.Error, StringComparison.Ordinal);
            Assert.Single(outcome.Error.TrimEnd('\n').Split('\n'));
        }
    }

    [Theory]
    [InlineData("[\n  {\"id\": 1},\n  {\"id\": 2}\n]\n", "array")]
    [InlineData("[{\"id\": 1, \"instruction\": \"q\",\n\"candidates\": []}]\n", "array")]
    [InlineData("\n[{\"id\": 1},\r\n {\"id\": 2}]", "array")]
    [InlineData("{\n  \"id\": 1,\n  \"instruction\": \"q\"\n}\n", "object")]
    [InlineData("{\"id\": 1, \"candidates\": [\n{\"text\": \"a\"}]}\n", "object")]
    public async Task Rank_JsonOverSeveralLines_IsNamedOnce(string content, string kind)
    {
        var from = folder.Write("records.json", content);

        var outcome = await CommandLine.RunAsync("rank", "--from", from, "--ranker", tiny.Folder);

        Assert.Equal((ExitCode.Usage, ""), (outcome.Code, outcome.Out));
        Assert.StartsWith($"llmblender: {from}: begins with a JSON {kind} over several lines", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("JSON Lines", outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Rank_ArrayOnOneLine_SaysThatJsonLinesAreWanted()
    {
        var from = folder.Write("records.json", $"[{First}, {Last}]\n{First}\n");

        var outcome = await CommandLine.RunAsync("rank", "--from", from, "--ranker", tiny.Folder);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Contains("must be a JSON object (records are JSON Lines: one whole object on each line)", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(["first"], Ranked(outcome).Select(record => record["id"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Rank_EveryLineBad_AnswersEachInOrder()
    {
        var from = folder.Write("records.jsonl", string.Concat(Enumerable.Range(0, 700).Select(i => $"{{\"id\": {i}}}\n")));

        var outcome = await CommandLine.RunAsync("rank", "--from", from, "--ranker", tiny.Folder);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Equal(Enumerable.Range(0, 700), outcome.Records.Select(record => record["id"]!.GetValue<int>()));
        Assert.Equal(700, outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    public void Dispose() => folder.Dispose();

    private void AssertOneFailed(Outcome outcome, string? id, string problem)
    {
        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Equal(3, outcome.Records.Count);
        var failed = outcome.Records[1].AsObject();
        Assert.Equal(["id", "error"], failed.Select(field => field.Key));
        Assert.Equal(id, failed["id"]?.GetValue<string>());
        Assert.StartsWith($"{folder.File("records.jsonl")}:2: {problem}", failed["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.StartsWith($"llmblender: {folder.File("records.jsonl")}:2: {problem}", outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.TrimEnd('\n').Split('\n'));
        if (id is not null)
        {
            Assert.Contains($"(record \"{id}\")", outcome.Error, StringComparison.Ordinal);
        }

        Assert.Equal(["first", "last"], Ranked(outcome).Select(record => record["id"]!.GetValue<string>()));
    }

    private static IEnumerable<JsonNode> Ranked(Outcome outcome) => outcome.Records.Where(record => record["ranks"] is not null);

    private Task<Outcome> RunAsync(byte[] line)
    {
        var from = folder.Write("records.jsonl", [.. Encoding.UTF8.GetBytes(First + "\n"), .. line, .. Encoding.UTF8.GetBytes("\n" + Last + "\n")]);
        return CommandLine.RunAsync("rank", "--from", from, "--ranker", tiny.Folder);
    }
}
