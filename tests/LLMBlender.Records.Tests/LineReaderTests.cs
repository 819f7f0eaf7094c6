using System.Text;
using CsCheck;

namespace LLMBlender.Records.Tests;

public sealed class LineReaderTests
{
    [Fact]
    public void Read_AnyBytesInAnyPortions_GivesTheLinesBetweenFeeds() =>
        Gen.Select(Gen.Byte.Array[0, 300].Select(bytes => bytes.Select(b => b < 60 ? (byte)'\n' : b).ToArray()), Gen.Int[1, 17]).Sample((bytes, portion) =>
        {
            var expected = Split(bytes);
            var reader = new LineReader(new Portions(bytes, portion));
            Assert.All(expected, (line, i) =>
            {
                Assert.True(reader.Read());
                Assert.Equal(i + 1, reader.Number);
                Assert.Equal(line, reader.Line.ToArray());
            });
            Assert.False(reader.Read());
            Assert.Equal(bytes.Length, reader.Position);
        });

    [Fact]
    public void Read_LineLongerThanAllowed_SkipsItAlone()
    {
        var bytes = Encoding.UTF8.GetBytes($"first\n{new string('x', 1 << 20)}\nlast");
        var reader = new LineReader(new Portions(bytes, 1000), maxBytes: 70_000);

        Assert.True(reader.Read());
        Assert.False(reader.IsTooLong);
        Assert.True(reader.Read());
        Assert.Equal((true, 2L), (reader.IsTooLong, reader.Number));
        Assert.True(reader.Read());
        Assert.Equal((false, "last"), (reader.IsTooLong, Encoding.UTF8.GetString(reader.Line.Span)));
        Assert.Equal(bytes.Length, reader.Position);
    }

    [Fact]
    public void Read_ByteOrderMark_IsSkippedAtTheStartOnly()
    {
        var reader = new LineReader(new MemoryStream(Encoding.UTF8.GetBytes("\uFEFFa\n\uFEFFb")));

        Assert.True(reader.Read());
        Assert.Equal("a"u8.ToArray(), reader.Line.ToArray());
        Assert.True(reader.Read());
        Assert.Equal(4, reader.Line.Length);
    }

    private static List<byte[]> Split(byte[] bytes)
    {
        var lines = new List<byte[]>();
        var rest = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes;
        while (rest.Length > 0)
        {
            var feed = Array.IndexOf(rest, (byte)'\n');
            lines.Add(feed < 0 ? rest : rest[..feed]);
            rest = feed < 0 ? [] : rest[(feed + 1)..];
        }

        return lines;
    }

    /// <summary>A stream that gives a few bytes at a time, as pipes do.</summary>
    private sealed class Portions(byte[] bytes, int portion) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, portion));
    }
}
