using System.Buffers.Binary;
using System.Text;

namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>Reads the operands of a pickle's opcodes sequentially, with bounds checks.</summary>
internal sealed class PickleBytes(byte[] bytes, string file)
{
    private const int MostNameBytes = 256;

    private static readonly UTF8Encoding Strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int position;

    public bool AtEnd => position == bytes.Length;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>The only big-endian operand.</summary>
    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>A two's complement integer of up to 8 bytes.</summary>
    public long Long(int length)
    {
        if (length > sizeof(long))
        {
            throw Refuse($"has an integer of {length} bytes, and at most {sizeof(long)} are read");
        }

        Span<byte> wide = stackalloc byte[sizeof(long)];
        var digits = Take((ulong)length);
        wide.Fill(digits is [.., >= 0x80] ? (byte)0xFF : (byte)0);
        digits.CopyTo(wide);
        return BinaryPrimitives.ReadInt64LittleEndian(wide);
    }

    public string Text(ulong length)
    {
        try
        {
            return Strict.GetString(Take(length));
        }
        catch (DecoderFallbackException e)
        {
            throw Refuse("has text that is not UTF-8", e);
        }
    }

    /// <summary>Text up to the next line feed, which is consumed.</summary>
    public string Line()
    {
        var rest = bytes.AsSpan(position);
        var length = rest[..Math.Min(rest.Length, MostNameBytes + 1)].IndexOf((byte)'\n');
        if (length < 0)
        {
            throw Refuse($"has a name that doesn't end within {MostNameBytes} bytes");
        }

        var line = Text((ulong)length);
        position++;
        return line;
    }

    /// <summary>Checks the length of a frame; its bytes are read like any others.</summary>
    public void CheckFrame(ulong length) => Demand(length);

    /// <summary>Creates the exception for invalid data at this position.</summary>
    public ModelException Refuse(string problem, Exception? inner = null) =>
        new(file, $"data.pkl, byte {position}: {problem}", inner);

    private ReadOnlySpan<byte> Take(ulong length)
    {
        Demand(length);
        var taken = bytes.AsSpan(position, (int)length);
        position += (int)length;
        return taken;
    }

    private void Demand(ulong length)
    {
        if (length > (ulong)(bytes.Length - position))
        {
            throw Refuse($"needs {length} more bytes, and {bytes.Length - position} are left");
        }
    }
}
