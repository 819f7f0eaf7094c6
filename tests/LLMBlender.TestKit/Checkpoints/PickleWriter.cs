using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace LLMBlender.TestKit.Checkpoints;

/// <summary>
/// Writes pickles as Python's pickler does with protocol 2: every text and name is remembered when first written and
/// recalled when written again.
/// </summary>
public sealed class PickleWriter
{
    private readonly ArrayBufferWriter<byte> pickle = new();
    private readonly Dictionary<object, int> memo = [];

    /// <summary>Opcode numbers as <c>pickletools</c> has them.</summary>
    public PickleWriter Op(char opcode) => Op((byte)opcode);

    /// <inheritdoc cref="Op(char)"/>
    public PickleWriter Op(byte opcode)
    {
        pickle.Write([opcode]);
        return this;
    }

    public PickleWriter Raw(ReadOnlySpan<byte> bytes)
    {
        pickle.Write(bytes);
        return this;
    }

    /// <summary>PROTO.</summary>
    public PickleWriter Protocol(byte version) => Op(0x80).Op(version);

    /// <summary>BINUNICODE, or BINGET of the same text written before.</summary>
    public PickleWriter Text(string text)
    {
        if (Recall(text))
        {
            return this;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        Op('X').Raw(Int32(bytes.Length)).Raw(bytes);
        return Put(text);
    }

    /// <summary>GLOBAL, or BINGET of the same name written before.</summary>
    public PickleWriter Global(string module, string name) =>
        Recall((module, name)) ? this : Op('c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n")).Put((module, name));

    /// <summary>BININT1, BININT2, BININT or LONG1, the shortest that holds the number.</summary>
    public PickleWriter Number(long number)
    {
        if (number is < int.MinValue or > int.MaxValue)
        {
            return LongInt(number);
        }

        return number switch
        {
            >= 0 and <= 0xFF => Op('K').Op((byte)number),
            >= 0 and <= 0xFFFF => Op('M').Op((byte)number).Op((byte)(number >> 8)),
            _ => Op('J').Raw(Int32((int)number)),
        };
    }

    /// <summary>Numbers as a tuple.</summary>
    public PickleWriter Tuple(params ReadOnlySpan<long> numbers)
    {
        if (numbers.IsEmpty)
        {
            return Op(')');
        }

        if (numbers.Length > 3)
        {
            Op('(');
        }

        foreach (var number in numbers)
        {
            Number(number);
        }

        return (numbers.Length > 3 ? Op('t') : Op((byte)(0x84 + numbers.Length))).Put();
    }

    /// <summary>A call of <c>OrderedDict()</c>.</summary>
    public PickleWriter OrderedDict() => Global("collections", "OrderedDict").Op(')').Op('R').Put();

    /// <summary>A dict's items: in batches of 1,000, a batch of one apart.</summary>
    public PickleWriter Items<T>(IEnumerable<T> items, Action<PickleWriter, T> write)
    {
        foreach (var batch in items.Chunk(1000))
        {
            if (batch.Length > 1)
            {
                Op('(');
            }

            foreach (var item in batch)
            {
                write(this, item);
            }

            Op(batch.Length > 1 ? 'u' : 's');
        }

        return this;
    }

    /// <summary>BINPUT or LONG_BINPUT under the next free number.</summary>
    /// <param name="key">By what to find the value again, where it can be written again.</param>
    public PickleWriter Put(object? key = null)
    {
        var index = memo.Count;
        memo.Add(key ?? new object(), index);
        return index <= 0xFF ? Op('q').Op((byte)index) : Op('r').Raw(Int32(index));
    }

    /// <summary>STOP, and the pickle.</summary>
    public byte[] Stop() => Op('.').pickle.WrittenSpan.ToArray();

    private bool Recall(object key)
    {
        if (!memo.TryGetValue(key, out var index))
        {
            return false;
        }

        _ = index <= 0xFF ? Op('h').Op((byte)index) : Op('j').Raw(Int32(index));
        return true;
    }

    private PickleWriter LongInt(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        var length = sizeof(long);
        while ((bytes[length - 1] == 0 && bytes[length - 2] < 0x80)
            || (bytes[length - 1] == 0xFF && bytes[length - 2] >= 0x80))
        {
            length--;
        }

        return Op(0x8A).Op((byte)length).Raw(bytes[..length]);
    }

    private static byte[] Int32(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }
}
