using System.Buffers.Binary;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Checkpoints.Torch;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Checkpoints;

namespace LLMBlender.Inference.Tests.Checkpoints.Torch;

public sealed class StoredZipTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "")]
    [InlineData(false, "a comment")]
    [InlineData(true, "PK\u0005\u0006 in a comment, and some more to be as long as a record")]
    public void Locate_StoredEntries_AreWhereTheirBytesBegin(bool wide, string comment)
    {
        var archive = new ZipWriter { Wide = wide }.Add("a/one", "first"u8).Add("a/é", ""u8).Add("a/two", "second"u8).ToArray(comment);
        using var file = WeightsFile.Open(folder.Write("x.bin", archive));

        var zip = StoredZip.Open(file);

        Assert.Equal(["a/one", "a/é", "a/two"], zip.Names);
        Assert.Equal("first"u8, Bytes("a/one"));
        Assert.Equal(""u8, Bytes("a/é"));
        Assert.Equal("second"u8, Bytes("a/two"));
        Assert.Null(zip.Find("a/three"));

        byte[] Bytes(string name)
        {
            var entry = zip.Find(name)!;
            return file.Read(zip.Locate(entry), (int)entry.Size, name);
        }
    }

    [Fact]
    public void Locate_CompressedEntry_IsRefusedByName() => AssertRefused(
        new ZipWriter().Add("a/one", "first"u8, method: 8).ToArray(), "entry 'a/one' is compressed (method 8)");

    [Fact]
    public void Locate_EncryptedEntry_IsRefusedByName() => AssertRefused(
        new ZipWriter().Add("a/one", "first"u8, flags: 0x0809).ToArray(), "entry 'a/one' is encrypted");

    [Theory]
    [InlineData(1_000_000, false)]
    [InlineData(1_000_000, true)]
    [InlineData(long.MaxValue, true)]
    [InlineData(-1, true)]
    public void Locate_EntryPastTheEnd_IsRefused(long size, bool wide) =>
        AssertRefused(new ZipWriter { Wide = wide }.Add("a/one", "first"u8, size: size).ToArray(), "entry 'a/one'");

    [Fact]
    public void Open_NameTwice_IsRefused() =>
        AssertRefused(new ZipWriter().Add("a/one", "1"u8).Add("a/one", "2"u8).ToArray(), "has the entry 'a/one' twice");

    [Theory]
    [InlineData(40)]
    [InlineData(48)]
    [InlineData(64)]
    public void Open_Zip64RecordThatLies_IsRefused(int field)
    {
        // Directory size, directory place, and in the locator behind it the record's own place.
        foreach (var lie in (long[])[-1, long.MaxValue, long.MinValue, 1L << 40])
        {
            var archive = new ZipWriter { Wide = true }.Add("a/one", "first"u8).ToArray();
            BinaryPrimitives.WriteInt64LittleEndian(archive.AsSpan(archive.Length - 98 + field), lie);

            AssertRefused(archive, "is declared");
        }
    }

    [Fact]
    public void Open_ArchiveCutAnywhere_IsRefused()
    {
        var archive = new ZipWriter().Add("a/one", "first"u8).ToArray();
        for (var length = 0; length < archive.Length; length++)
        {
            AssertRefused(archive[..length], "");
        }
    }

    private void AssertRefused(byte[] archive, string rule)
    {
        var path = folder.Write("x.bin", archive);

        var error = Assert.Throws<ModelException>(() =>
        {
            using var file = WeightsFile.Open(path);
            var zip = StoredZip.Open(file);
            foreach (var name in zip.Names)
            {
                zip.Locate(zip.Find(name)!);
            }
        });

        Assert.Contains(rule, error.Message, StringComparison.Ordinal);
    }
}
