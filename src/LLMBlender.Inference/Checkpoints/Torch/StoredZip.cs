using System.Buffers.Binary;

namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>A zip archive with uncompressed entries, so that any of their bytes can be read in place.</summary>
/// <remarks>
/// The directory format is PKWARE's APPNOTE 4.3 with zip64; one disk, no encryption, and no decompression: <c>torch.save</c> stores every
/// entry uncompressed.
/// </remarks>
internal sealed class StoredZip
{
    private const int EndBytes = 22;
    private const int End64LocatorBytes = 20;
    private const int End64Bytes = 56;
    private const int LocalHeaderBytes = 30;
    private const int MostDirectoryBytes = 100_000_000;

    private readonly WeightsFile file;
    private readonly Dictionary<string, ZipEntry> entries = new(StringComparer.Ordinal);

    private StoredZip(WeightsFile file) => this.file = file;

    public IEnumerable<string> Names => entries.Keys;

    public static StoredZip Open(WeightsFile file)
    {
        var zip = new StoredZip(file);
        var (offset, size) = zip.FindDirectory();
        zip.ReadDirectory(file.Read(offset, size, "the zip directory"), offset);
        return zip;
    }

    /// <summary>The entry with this name; null if there is none.</summary>
    public ZipEntry? Find(string name) => entries.GetValueOrDefault(name);

    /// <summary>The offset of an entry's bytes in the file.</summary>
    public long Locate(ZipEntry entry)
    {
        if ((entry.Flags & 1) != 0)
        {
            throw Refuse($"its entry {Quote.Of(entry.Name)} is encrypted, and only plain entries are read");
        }

        if (entry.Method != 0 || entry.StoredSize != entry.Size)
        {
            throw Refuse(
                $"its entry {Quote.Of(entry.Name)} is compressed (method {entry.Method}), and torch.save stores "
                + "entries as they are");
        }

        Span<byte> header = stackalloc byte[LocalHeaderBytes];
        file.ReadExactly(entry.HeaderOffset, header, entry.Name);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != 0x0403_4B50)
        {
            throw Refuse(
                $"its zip directory puts the entry {Quote.Of(entry.Name)} at byte {entry.HeaderOffset}, where no "
                + "entry begins");
        }

        var start = entry.HeaderOffset + LocalHeaderBytes
            + BinaryPrimitives.ReadUInt16LittleEndian(header[26..])
            + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        return entry.Size <= file.Length - start
            ? start
            : throw Refuse(
                $"its entry {Quote.Of(entry.Name)} has {entry.Size} bytes from byte {start} on, and the file "
                + $"ends at {file.Length}");
    }

    private (long Offset, int Size) FindDirectory()
    {
        var (end, tail) = FindEnd();
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(16));
        long size = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(12));
        if (FindEnd64(end) is { } end64)
        {
            offset = BinaryPrimitives.ReadInt64LittleEndian(end64.AsSpan(48));
            size = BinaryPrimitives.ReadInt64LittleEndian(end64.AsSpan(40));
        }

        if (size is < 0 or > MostDirectoryBytes || offset < 0 || offset > end - size)
        {
            throw Refuse(
                $"its zip directory is declared with {size} bytes from byte {offset}, which is outside the "
                + "file or too large");
        }

        return (offset, (int)size);
    }

    /// <summary>Finds the end record, which is followed only by a comment of up to 65,535 bytes.</summary>
    private (long Offset, byte[] Record) FindEnd()
    {
        var length = (int)Math.Min(file.Length, EndBytes + ushort.MaxValue);
        var tail = file.Read(file.Length - length, length, "the end of the zip archive");
        for (var i = length - EndBytes; i >= 0; i--)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(i)) == 0x0605_4B50
                && BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(i + 20)) == length - i - EndBytes)
            {
                return (file.Length - length + i, tail[i..(i + EndBytes)]);
            }
        }

        throw Refuse("it begins as a zip archive and has no zip directory at its end, so it was cut short");
    }

    private byte[]? FindEnd64(long end)
    {
        if (end < End64LocatorBytes)
        {
            return null;
        }

        var locator = file.Read(end - End64LocatorBytes, End64LocatorBytes, "the zip64 locator");
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != 0x0706_4B50)
        {
            return null;
        }

        var offset = BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8));
        if (offset < 0 || offset > end - End64LocatorBytes - End64Bytes)
        {
            throw Refuse($"its zip64 end record is declared at byte {offset}, and the archive ends at {end}");
        }

        var record = file.Read(offset, End64Bytes, "the zip64 end record");
        return BinaryPrimitives.ReadUInt32LittleEndian(record) == 0x0606_4B50
            ? record
            : throw Refuse($"its zip64 end record is declared at byte {offset}, where there is none");
    }

    private void ReadDirectory(byte[] directory, long offset)
    {
        for (ReadOnlySpan<byte> rest = directory; !rest.IsEmpty;)
        {
            var entry = ZipEntry.Read(ref rest)
                ?? throw Refuse(
                    $"its zip directory breaks off or is malformed at byte {offset + directory.Length - rest.Length}");
            if (entry.HeaderOffset < 0 || entry.HeaderOffset > offset - LocalHeaderBytes || entry.Size < 0)
            {
                throw Refuse(
                    $"its zip directory puts the entry {Quote.Of(entry.Name)} at byte {entry.HeaderOffset}, "
                    + "outside the file");
            }

            if (!entries.TryAdd(entry.Name, entry))
            {
                throw Refuse($"its zip directory has the entry {Quote.Of(entry.Name)} twice");
            }
        }
    }

    private ModelException Refuse(string problem) => new(file.Path, problem);
}
