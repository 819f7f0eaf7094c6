using System.Buffers.Binary;
using System.Text;

namespace LLMBlender.Deploy.Tests.Accelerators;

/// <summary>Reads which libraries a 64-bit little-endian ELF file needs: the entries DT_NEEDED of its dynamic section.</summary>
internal static class ElfFile
{
    private const int DynamicSegment = 2;
    private const int LoadedSegment = 1;
    private const int Needed = 1;
    private const int StringTable = 5;

    /// <summary>The names, in the file's order.</summary>
    public static IReadOnlyList<string> ReadNeeded(string path)
    {
        using var stream = File.OpenRead(path);
        var header = Read(stream, 0, 64);
        Assert.Equal([0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1], header[..6]);
        var (start, size, count) = (BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(32)), BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(54)), BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(56)));
        var segments = Enumerable.Range(0, count).Select(i => Read(stream, start + (i * size), size)).Select(static segment => (
            Kind: BinaryPrimitives.ReadInt32LittleEndian(segment),
            Offset: Number(segment, 8),
            Address: Number(segment, 16),
            Length: Number(segment, 32))).ToList();
        var dynamic = segments.Single(static segment => segment.Kind == DynamicSegment);
        var bytes = Read(stream, dynamic.Offset, (int)dynamic.Length);
        var entries = Enumerable.Range(0, bytes.Length / 16).Select(i => (Tag: Number(bytes, 16 * i), Value: Number(bytes, (16 * i) + 8))).ToList();
        var table = entries.Single(static entry => entry.Tag == StringTable).Value;
        var loaded = segments.Single(segment => segment.Kind == LoadedSegment && table >= segment.Address && table < segment.Address + segment.Length);
        return [.. entries.Where(static entry => entry.Tag == Needed).Select(entry => Name(stream, table - loaded.Address + loaded.Offset + entry.Value))];
    }

    private static long Number(byte[] bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));

    private static string Name(FileStream stream, long at)
    {
        var bytes = Read(stream, at, 256);
        return Encoding.ASCII.GetString(bytes.AsSpan(0, bytes.AsSpan().IndexOf((byte)0)));
    }

    private static byte[] Read(FileStream stream, long at, int length)
    {
        var bytes = new byte[length];
        stream.Position = at;
        stream.ReadExactly(bytes);
        return bytes;
    }
}
