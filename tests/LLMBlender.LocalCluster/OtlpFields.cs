using System.Text;

namespace LLMBlender.LocalCluster;

/// <summary>The fields of a protobuf message.</summary>
internal static class OtlpFields
{
    /// <summary>A field's text; empty where the message has none.</summary>
    public static string Text(ReadOnlyMemory<byte> message, int field) => Encoding.UTF8.GetString(Parts(message, field).FirstOrDefault().Span);

    /// <summary>The messages of a field.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Parts(ReadOnlyMemory<byte> message, int field) =>
        All(message).Where(found => found.Field == field).Select(found => found.Bytes);

    /// <summary>All fields, each with its bytes or its number.</summary>
    public static IEnumerable<(int Field, ReadOnlyMemory<byte> Bytes, ulong Number)> All(ReadOnlyMemory<byte> message)
    {
        while (message.Length > 0)
        {
            var tag = Varint(ref message);
            var (number, length) = (tag & 7) switch
            {
                0 => (Varint(ref message), 0),
                1 => (0UL, 8),
                5 => (0UL, 4),
                _ => (0UL, (int)Varint(ref message)),
            };
            yield return ((int)(tag >> 3), message[..length], number);
            message = message[length..];
        }
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> message)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message.Span[0];
            message = message[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
