using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Abstractions.Json;
using LLMBlender.Core.Evaluation;
using LLMBlender.Evaluation.Datasets;
using LLMBlender.Records;
using LLMBlender.TestKit;

namespace LLMBlender.Evaluation.Tests.Datasets;

public sealed class MixInstructRecordTests
{
    // Every field that the published set has, and some that nobody knows.
    private const string Whole = """
        {"id":"unified_chip2/1","instruction":"Say 🙂.","input":"","output":"Hi.","candidates":[
        {"decoding_method":"top_p_sampling","model":"oasst","text":"a","scores":{"logprobs":-0.25,"rouge1":0.5,"bleu":12.25},"tokens":3},
        {"decoding_method":"top_p_sampling","model":"x,y","text":"","scores":{}},
        {"decoding_method":"top_p_sampling","model":"z","text":"c","scores":{}}],
        "cmp_results":"{\"oasst,x,y\":\"A is better\",\"z,oasst\":\"B is better\",\"x,y,z\":\"Same bad\"}","split":"test","extra":{"n":[1,2]}}
        """;

    [Fact]
    public void Record_ReadAndWritten_KeepsEverything()
    {
        var written = Write(Read(Whole));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Whole), JsonNode.Parse(written)), written);
    }

    [Fact]
    public void Comparisons_AreVerdictsOnTheModelsThereAre()
    {
        var judged = Read(Whole).Comparisons!.For(["oasst", "x,y", "z"]);

        Assert.True(judged.IsComplete);
        Assert.Equal(
            [PairVerdict.FirstBetter, PairVerdict.FirstBetter, PairVerdict.SameBad],
            [judged[0, 1]!.Value, judged[0, 2]!.Value, judged[1, 2]!.Value]);
        Assert.False(Read(Whole).Comparisons!.For(["oasst", "z"])[0, 1] is null);
    }

    // What real rows do: no verdicts as a string "null", numbers as strings, no score, no text, no input, verdicts as an object.
    [Fact]
    public void Record_OfARealRowsOddities_IsRead()
    {
        var record = Read("""
            {"id":1,"instruction":"Say.","output":null,"candidates":[{"model":"a","text":null,"scores":{"bleu":"1.5","rouge1":null}},{"text":"b"}],"cmp_results":"null"}
            """);

        Assert.Null(record.Output);
        Assert.Null(record.Comparisons);
        Assert.Equal("", record.Candidates[0].Text);
        Assert.Equal(1.5, Assert.Single(record.Candidates[0].Scores).Value);
        Assert.Equal(["a", "#2"], record.Models);
        Assert.True(Read("""{"id":1,"instruction":"","input":"x","candidates":[{"model":"a","text":"1"},{"model":"b","text":"2"}],"cmp_results":{"a,b":"Same good"}}""")
            .Comparisons!.For(["a", "b"]).IsComplete);
    }

    [Theory]
    [InlineData("""{"id":1,"instruction":"","input":""}""", "\"instruction\" and \"input\" are empty, and one must contain text")]
    [InlineData("""{"id":1,"instruction":"a"}""", "\"candidates\" is missing, and must be a list of at least one {\"model\",\"text\"}")]
    [InlineData("""{"id":1,"instruction":"a","candidates":[]}""", "\"candidates\" lists 0, and must list from 1 to 1024")]
    [InlineData("""{"id":1,"instruction":"a","candidates":[{"model":"m"},{"model":"m"}]}""", "\"candidates[1].model\" is \"m\", as another candidate's, and models must differ")]
    [InlineData("""{"id":1,"instruction":"a","candidates":[{"scores":{"b":true}}]}""", "\"candidates[0].scores.b\" is true, and must be a number")]
    [InlineData("""{"id":1,"instruction":"a","candidates":[{}],"cmp_results":"{"}""", "\"cmp_results\" is not valid JSON, and must be a string that holds an object")]
    [InlineData("""{"id":1,"instruction":"a","candidates":[{}],"cmp_results":"{\"a,b\":\"Better\"}"}""",
        "\"cmp_results\" says \"Better\" of \"a,b\", and must say one of A is better, B is better, Same good, Same bad")]
    public void Record_ThatBreaksARule_IsRefusedByName(string json, string message) =>
        Assert.Equal(message, Assert.Throws<RecordException>(() => Read(json)).Message);

    [Fact(SkipUnless = nameof(SharedFolder.Exists), SkipType = typeof(SharedFolder), Skip = SharedFolder.SkipReason)]
    public void Record_OfRealCandidateSets_IsKeptWhole()
    {
        foreach (var name in new[] { "candidates-dev.jsonl.gz", "candidates-oasst-train.jsonl.gz" })
        {
            using var lines = new StreamReader(new GZipStream(File.OpenRead(SharedFolder.File("data", name)), CompressionMode.Decompress));
            while (lines.ReadLine() is { } line)
            {
                var expected = JsonNode.Parse(line)!.AsObject();
                expected["cmp_results"] = "null";
                Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(Write(Read(line), (string)expected["id"]!))), line);
            }
        }
    }

    private static MixInstructRecord Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return MixInstructRecord.Read(RecordFields.Of(document.RootElement));
    }

    private static string Write(MixInstructRecord record, string id = "unified_chip2/1")
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            record.Write(json, new RecordId(id, IsNumber: false));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
