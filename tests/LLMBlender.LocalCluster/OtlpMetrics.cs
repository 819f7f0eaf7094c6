using System.Buffers.Binary;
using System.Text;

namespace LLMBlender.LocalCluster;

/// <summary>An OTLP message of metrics, as far as sums and the counts of histograms go, under Prometheus' names.</summary>
/// <remarks>opentelemetry-proto, metrics/v1/metrics.proto: the numbers below are its fields'.</remarks>
internal static class OtlpMetrics
{
    /// <summary>Reads it.</summary>
    public static Samples Read(ReadOnlyMemory<byte> message)
    {
        var samples = new Samples();
        foreach (var metric in Parts(message, 1).SelectMany(resource => Parts(resource, 2)).SelectMany(scope => Parts(scope, 2)))
        {
            var name = Text(metric, 1).Replace('.', '_');
            var unit = Text(metric, 3) == "s" ? "_seconds" : "";
            foreach (var point in Parts(metric, 7).SelectMany(sum => Parts(sum, 1)))
            {
                samples.Add($"{name}{unit}_total", Labels(point, 7), Number(point, whole: 6, real: 4));
            }

            foreach (var point in Parts(metric, 9).SelectMany(histogram => Parts(histogram, 1)))
            {
                samples.Add($"{name}{unit}_count", Labels(point, 9), Number(point, whole: 4, real: -1));
            }
        }

        return samples;
    }

    private static string Labels(ReadOnlyMemory<byte> point, int field) =>
        $"{{{string.Join(',', Parts(point, field).Select(pair => $"{Text(pair, 1).Replace('.', '_')}=\"{Value(Parts(pair, 2).First())}\""))}}}";

    private static string Value(ReadOnlyMemory<byte> value)
    {
        foreach (var (field, bytes, number) in Fields(value))
        {
            return field == 1 ? Encoding.UTF8.GetString(bytes.Span) : $"{number}";
        }

        return "";
    }

    private static double Number(ReadOnlyMemory<byte> point, int whole, int real)
    {
        foreach (var (field, bytes, _) in Fields(point))
        {
            if (field == whole)
            {
                return BinaryPrimitives.ReadInt64LittleEndian(bytes.Span);
            }

            if (field == real)
            {
                return BinaryPrimitives.ReadDoubleLittleEndian(bytes.Span);
            }
        }

        return 0;
    }

    private static string Text(ReadOnlyMemory<byte> message, int field) => Encoding.UTF8.GetString(Parts(message, field).FirstOrDefault().Span);

    private static IEnumerable<ReadOnlyMemory<byte>> Parts(ReadOnlyMemory<byte> message, int field) =>
        Fields(message).Where(found => found.Field == field).Select(found => found.Bytes);

    private static IEnumerable<(int Field, ReadOnlyMemory<byte> Bytes, ulong Number)> Fields(ReadOnlyMemory<byte> message)
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
