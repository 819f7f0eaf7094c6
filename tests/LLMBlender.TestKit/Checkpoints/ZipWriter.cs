using System.Text;

namespace LLMBlender.TestKit.Checkpoints;

/// <summary>
/// A zip archive laid out as PyTorch lays it out: entries stored as they are, each starting at a multiple of 64 bytes,
/// sizes in a descriptor behind it, a zip64 end record at the end.
/// </summary>
#pragma warning disable CA1001 // Streams over memory hold nothing to dispose of.
public sealed class ZipWriter
{
    private const int Alignment = 64;

    private readonly MemoryStream file = new();
    private readonly MemoryStream directory = new();
    private int count;

    /// <summary>
    /// Whether directory lines keep their sizes and places in zip64 extra fields, as in archives over 4 GiB.
    /// </summary>
    public bool Wide { get; init; }

    /// <summary>Adds an entry.</summary>
    /// <param name="name">Its path in the archive.</param>
    /// <param name="content">Its bytes, which are written as they are whatever the method says.</param>
    /// <param name="method">0 for stored.</param>
    /// <param name="flags">Bit 0 encrypted, bit 3 sizes follow, bit 11 UTF-8.</param>
    /// <param name="size">The size that is said, where it is to differ from the content's.</param>
    public ZipWriter Add(
        string name, ReadOnlySpan<byte> content, ushort method = 0, ushort flags = 0x0808, long? size = null)
    {
        var nameBytes = Encoding.UTF8.GetBytes(name);
        var offset = file.Position;
        WriteLocalHeader(nameBytes, flags, method);
        file.Write(content);
        WriteDescriptor(content);
        WriteDirectoryLine(nameBytes, flags, method, Crc32.Of(content), size ?? content.Length, offset);
        count++;
        return this;
    }

    /// <summary>The archive.</summary>
    public byte[] ToArray(string comment = "")
    {
        using var archive = new MemoryStream();
        using var end = new BinaryWriter(archive);
        end.Write(file.ToArray());
        end.Write(directory.ToArray());
        WriteEnd(end, file.Length, directory.Length, Encoding.UTF8.GetBytes(comment));
        return archive.ToArray();
    }

    private void WriteLocalHeader(byte[] name, ushort flags, ushort method)
    {
        using var header = new BinaryWriter(file, Encoding.UTF8, leaveOpen: true);
        header.Write(0x0403_4B50);
        header.Write((ushort)0);
        header.Write(flags);
        header.Write(method);
        header.Write(new byte[16]);
        header.Write((ushort)name.Length);
        var data = (int)((file.Position + 2 + name.Length + 4 + Alignment - 1) / Alignment * Alignment);
        var padding = data - (int)file.Position - 2 - name.Length - 4;
        header.Write((ushort)(padding + 4));
        header.Write(name);
        header.Write("FB"u8);
        header.Write((ushort)padding);
        header.Write(Enumerable.Repeat((byte)'Z', padding).ToArray());
    }

    private void WriteDescriptor(ReadOnlySpan<byte> content)
    {
        using var descriptor = new BinaryWriter(file, Encoding.UTF8, leaveOpen: true);
        descriptor.Write(0x0807_4B50);
        descriptor.Write(Crc32.Of(content));
        descriptor.Write(content.Length);
        descriptor.Write(content.Length);
    }

    private void WriteDirectoryLine(byte[] name, ushort flags, ushort method, uint crc, long size, long offset)
    {
        using var line = new BinaryWriter(directory, Encoding.UTF8, leaveOpen: true);
        line.Write(0x0201_4B50);
        line.Write(0);
        line.Write(flags);
        line.Write(method);
        line.Write(0);
        line.Write(crc);
        line.Write(Wide ? uint.MaxValue : (uint)size);
        line.Write(Wide ? uint.MaxValue : (uint)size);
        line.Write((ushort)name.Length);
        line.Write((ushort)(Wide ? 33 : 0));
        line.Write(new byte[10]);
        line.Write(Wide ? uint.MaxValue : (uint)offset);
        line.Write(name);
        if (Wide)
        {
            // Another program's field first: readers look for tag 1.
            line.Write((ushort)0x5455);
            line.Write((ushort)1);
            line.Write((byte)0);
            line.Write((ushort)1);
            line.Write((ushort)24);
            line.Write(size);
            line.Write(size);
            line.Write(offset);
        }
    }

    private void WriteEnd(BinaryWriter end, long directoryOffset, long directorySize, byte[] comment)
    {
        end.Write(0x0606_4B50);
        end.Write(44L);
        end.Write(0x032D_001E);
        end.Write(0L);
        end.Write((long)count);
        end.Write((long)count);
        end.Write(directorySize);
        end.Write(directoryOffset);
        end.Write(0x0706_4B50);
        end.Write(0);
        end.Write(directoryOffset + directorySize);
        end.Write(1);
        end.Write(0x0605_4B50);
        end.Write(0);
        end.Write((ushort)count);
        end.Write((ushort)count);
        end.Write(Wide ? uint.MaxValue : (uint)directorySize);
        end.Write(Wide ? uint.MaxValue : (uint)directoryOffset);
        end.Write((ushort)comment.Length);
        end.Write(comment);
    }
}
