using System.Buffers.Binary;
using System.Text;

namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>One entry of a zip archive's directory; sizes in bytes.</summary>
internal sealed record ZipEntry(string Name, ushort Flags, ushort Method, long StoredSize, long Size, long HeaderOffset)
{
    private const int FixedBytes = 46;
    private const ushort Zip64Tag = 1;

    /// <summary>Reads the next entry and advances the directory.</summary>
    /// <returns>Null, without advancing, if the directory is malformed.</returns>
    public static ZipEntry? Read(ref ReadOnlySpan<byte> directory)
    {
        if (directory.Length < FixedBytes || BinaryPrimitives.ReadUInt32LittleEndian(directory) != 0x0201_4B50)
        {
            return null;
        }

        var nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
        var extraBytes = BinaryPrimitives.ReadUInt16LittleEndian(directory[30..]);
        var length = FixedBytes + nameBytes + extraBytes + BinaryPrimitives.ReadUInt16LittleEndian(directory[32..]);
        if (length > directory.Length)
        {
            return null;
        }

        var sizes = new Zip64Sizes(directory.Slice(FixedBytes + nameBytes, extraBytes));
        var entry = new ZipEntry(
            Encoding.UTF8.GetString(directory.Slice(FixedBytes, nameBytes)),
            Flags: BinaryPrimitives.ReadUInt16LittleEndian(directory[8..]),
            Method: BinaryPrimitives.ReadUInt16LittleEndian(directory[10..]),
            Size: sizes.Widen(BinaryPrimitives.ReadUInt32LittleEndian(directory[24..])),
            StoredSize: sizes.Widen(BinaryPrimitives.ReadUInt32LittleEndian(directory[20..])),
            HeaderOffset: sizes.Widen(BinaryPrimitives.ReadUInt32LittleEndian(directory[42..])));
        directory = directory[length..];
        return entry;
    }

    /// <summary>The zip64 extra field: 64-bit values, in order, for the fields whose bits are all ones.</summary>
    private ref struct Zip64Sizes
    {
        private ReadOnlySpan<byte> values;

        public Zip64Sizes(ReadOnlySpan<byte> extra)
        {
            while (extra.Length >= 4)
            {
                var tag = BinaryPrimitives.ReadUInt16LittleEndian(extra);
                var length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]), extra.Length - 4);
                if (tag == Zip64Tag)
                {
                    values = extra.Slice(4, length);
                    return;
                }

                extra = extra[(4 + length)..];
            }
        }

        /// <summary>The value, or the next 64-bit value that replaces it; -1 if that is missing.</summary>
        public long Widen(uint value)
        {
            if (value != uint.MaxValue)
            {
                return value;
            }

            if (values.Length < sizeof(long))
            {
                return -1;
            }

            var wide = BinaryPrimitives.ReadInt64LittleEndian(values);
            values = values[sizeof(long)..];
            return wide;
        }
    }
}
