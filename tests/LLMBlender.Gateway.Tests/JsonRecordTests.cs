using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.Tests;

/// <summary>Records as HTTP and the command line read and write them.</summary>
public sealed class JsonRecordTests
{
    [Theory]
    [InlineData("""[]""", null, "is [], and must be a JSON object")]
    [InlineData("""{"candidates":[]}""", "instruction", "\"instruction\" is missing, and must be a string")]
    [InlineData("""{"instruction":5,"candidates":[]}""", "instruction", "\"instruction\" is 5, and must be a string")]
    [InlineData("""{"instruction":"i"}""", "candidates", "\"candidates\" is missing, and must be a list of {\"model\",\"text\"}")]
    [InlineData("""{"instruction":"i","candidates":{}}""", "candidates", "\"candidates\" is {}, and must be a list of {\"model\",\"text\"}")]
    [InlineData("""{"instruction":"i","candidates":[null]}""", "candidates[0]", "\"candidates[0]\" is null, and must be a JSON object")]
    [InlineData("""{"instruction":"i","candidates":[{"text":"a"},{"text":7}]}""", "candidates[1].text", "\"candidates[1].text\" is 7, and must be a string")]
    [InlineData("""{"instruction":"i","candidates":[{"model":"m"}]}""", "candidates[0].text", "\"candidates[0].text\" is missing, and must be a string")]
    [InlineData("""{"instruction":"\ud800","candidates":[]}""", "instruction", "\"instruction\" escapes half of a surrogate pair, and must be valid Unicode")]
    [InlineData("""{"instruction":"i","candidates":[],"matrix":"yes"}""", "matrix", "\"matrix\" is \"yes\", and must be true or false")]
    [InlineData("""{"instruction":"i","candidates":[],"timeout":0}""", "timeout", "\"timeout\" is 0, and must be a number of seconds above 0 and at most 86400")]
    [InlineData("""{"instruction":"i","candidates":[],"timeout":86401}""", "timeout", "\"timeout\" is 86401, and must be a number of seconds above 0 and at most 86400")]
    [InlineData("""{"instruction":"i","candidates":[],"top_k":0}""", "top_k", "\"top_k\" is 0, and must be a whole number from 1 to 2147483647")]
    [InlineData("""{"instruction":"i","candidates":[],"top_k":1.5}""", "top_k", "\"top_k\" is 1.5, and must be a whole number from 1 to 2147483647")]
    [InlineData("""{"instruction":"i","candidates":[],"id":[]}""", "id", "\"id\" is [], and must be a string or a number")]
    [InlineData("""{"instruction":"i","candidates":[],"input":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25]}""", "input", "\"input\" is [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23…, and must be a string")]
    public void Read_BrokenRule_NamesFieldValueAndRule(string json, string? field, string message)
    {
        using var document = JsonDocument.Parse(json);

        var fromBytes = Assert.Throws<JsonFieldException>(() => JsonRecord.Read(Encoding.UTF8.GetBytes(json), RecordJsonContext.Default.RankRecord));
        var fromElement = Assert.Throws<JsonFieldException>(() => JsonRecord.Read(document.RootElement, RecordJsonContext.Default.RankRecord));

        Assert.Equal((field, message), (fromBytes.Field, fromBytes.Message));
        Assert.Equal((field, message), (fromElement.Field, fromElement.Message));
    }

    [Fact]
    public void Read_UnknownFieldsAndNulls_AreIgnored()
    {
        var record = JsonRecord.Read(
            """{"new":{"a":[1]},"instruction":"i","input":null,"matrix":null,"candidates":[{"text":"a","model":null,"x":1}]}"""u8.ToArray(), RecordJsonContext.Default.RankRecord);

        Assert.Equal(new Candidate(null, "a"), Assert.Single(record.ToRequest().Candidates));
        Assert.Equal(RequestTime.Default, record.Time);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("1e3")]
    [InlineData("12345678901234567890123")]
    [InlineData("\"7\"")]
    [InlineData("\"a \\\"quoted\\\" 🍁\"")]
    public void Id_OfAnyKind_IsWrittenAsItWasRead(string id)
    {
        var record = JsonRecord.Read(
            Encoding.UTF8.GetBytes($$"""{"id":{{id}},"instruction":"i","candidates":[]}"""), RecordJsonContext.Default.RankRecord);

        Assert.Equal(
            $$"""{"id":{{id}},"error":"é, 数, <&>, 🍁"}""", Write(new ErrorResult { Id = record.Id, Error = "é, 数, <&>, 🍁" }, RecordJsonContext.Default.ErrorResult));
    }

    [Fact]
    public void Write_Ranking_HasShortNumbersAndNullForNone()
    {
        var response = new RankingResponse
        {
            Ranks = [1, 2], Scores = [0.1, -1e-7], Comparisons = 1, Reused = 0, Ranker = "r", Matrix = [0, 0.1f, float.NaN, 0],
        };

        Assert.Equal(
            """{"ranks":[1,2],"scores":[0.1,-1E-07],"comparisons":1,"matrix":[[0,0.1],[null,0]],"top":[{"model":null,"text":"a","rank":1,"score":0.1}]}""",
            Write(RankResult.Create(null, response, [new(null, "a"), new("m", "b")], 1), RecordJsonContext.Default.RankResult));
    }

    [Fact]
    public void Fuse_RanksThatDoNotFit_AreRefused()
    {
        var record = JsonRecord.Read(
            """{"instruction":"i","candidates":[{"text":"a"},{"text":"b"}],"ranks":[1]}"""u8.ToArray(), RecordJsonContext.Default.FuseRecord);

        var error = Assert.Throws<JsonFieldException>(() => record.ToRequest());

        Assert.Equal("\"ranks\" is [1], and must be 2 whole numbers from 1, one for each candidate", error.Message);
    }

    private static string Write<T>(T record, JsonTypeInfo<T> type)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, JsonText.WriterOptions))
        {
            JsonSerializer.Serialize(json, record, type);
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
