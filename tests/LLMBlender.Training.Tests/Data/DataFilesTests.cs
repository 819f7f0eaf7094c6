using System.IO.Compression;
using LLMBlender.TestKit;
using LLMBlender.Training.Data;

namespace LLMBlender.Training.Tests.Data;

public sealed class DataFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("pairs.jsonl")]
    [InlineData("pairs.jsonl.gz")]
    public void Read_PlainOrGzipped_GivesTheRecords(string name)
    {
        string file = Write(name, """{"id":"1","source":"s","prompt":"p","chosen":"c","rejected":"r"}""" + "\n\n");
        Assert.Equal([new PairRecord("1", "s", "p", "c", "r")], DataFiles.Read<PairRecord>(file));
    }

    [Fact]
    public void Read_MissingField_NamesFileLineAndField()
    {
        string file = Write("pairs.jsonl", """{"id":"1","source":"s","prompt":"p","chosen":"c","rejected":"r"}""" + "\n" + """{"id":"2"}""");
        var error = Assert.Throws<DataException>(() => DataFiles.Read<PairRecord>(file).ToArray());
        Assert.Contains("pairs.jsonl, line 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("chosen", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoSuchFileOrNoGzip_IsADataException()
    {
        Assert.Throws<DataException>(() => DataFiles.Read<PairRecord>(folder.File("none.jsonl")).ToArray());
        string file = folder.File("bad.gz");
        File.WriteAllText(file, "this is no gzip at all");
        Assert.Throws<DataException>(() => DataFiles.Read<PairRecord>(file).ToArray());
    }

    [Fact]
    public void Contains_KnownKeys_FollowsTheStatedRule()
    {
        // FNV-1a 64 of "" is its offset basis 14695981039346656037 ≡ 5 mod 16; of "a" 0xAF63DC4C8601EC8C ≡ 12.
        Assert.False(HeldOut.Contains(""));
        Assert.False(HeldOut.Contains("a"));
        int held = Enumerable.Range(0, 16_000).Count(i => HeldOut.Contains($"prompt {i}"));
        Assert.InRange(held, 850, 1150);
    }

    private string Write(string name, string content)
    {
        string file = folder.File(name);
        using Stream stream = name.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(File.Create(file), CompressionLevel.Fastest)
            : File.Create(file);
        stream.Write(System.Text.Encoding.UTF8.GetBytes(content));
        return file;
    }
}
