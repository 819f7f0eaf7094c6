using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>Reads the fields of one protobuf message.</summary>
/// <remarks>It runs at load time, before tiered compilation would optimise it: hence AggressiveOptimization.</remarks>
/// <param name="message">The message's bytes.</param>
/// <param name="file">The file, for error messages.</param>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message, string file)
{
    private readonly int length = message.Length;
    private ReadOnlySpan<byte> rest = message;

    /// <summary>The number of the field read last.</summary>
    public int Field { get; private set; }

    /// <summary>The value of a varint field.</summary>
    public ulong Number { get; private set; }

    /// <summary>The bytes of a length-delimited or fixed-width field, else empty.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Reads the next field; returns false if there is none.</summary>
    /// <exception cref="ModelException">The bytes end within a field, or are not protobuf.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Read()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        ulong tag = ReadVarint();
        if (tag >> 3 is 0 or > 0x1FFFFFFF)
        {
            throw Broken();
        }

        Field = (int)(tag >> 3);
        Number = 0;
        Bytes = default;
        switch (tag & 7)
        {
            case 0:
                Number = ReadVarint();
                break;
            case 1:
                Bytes = Take(8);
                break;
            case 2:
                Bytes = Take(ReadVarint());
                break;
            case 5:
                Bytes = Take(4);
                break;
            default:
                throw Broken();
        }

        return true;
    }

    /// <summary>The field's value as a 32-bit float.</summary>
    public readonly float Float => Bytes.Length == 4 ? BinaryPrimitives.ReadSingleLittleEndian(Bytes) : throw Broken();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int i = 0; i < Math.Min(10, rest.Length); i++)
        {
            value |= (ulong)(rest[i] & 0x7F) << (7 * i);
            if (rest[i] < 0x80)
            {
                rest = rest[(i + 1)..];
                return value;
            }
        }

        throw Broken();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)rest.Length)
        {
            throw Broken();
        }

        ReadOnlySpan<byte> taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }

    private readonly ModelException Broken() => new(
        file,
        $"is not a SentencePiece model: it is damaged or truncated after field {Field}, "
        + $"{rest.Length} bytes before the end of a message of {length}");
}
