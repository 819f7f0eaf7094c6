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
        foreach (var metric in OtlpFields.Parts(message, 1).SelectMany(resource => OtlpFields.Parts(resource, 2)).SelectMany(scope => OtlpFields.Parts(scope, 2)))
        {
            var name = OtlpFields.Text(metric, 1).Replace('.', '_');
            var unit = OtlpFields.Text(metric, 3) == "s" ? "_seconds" : "";
            foreach (var point in OtlpFields.Parts(metric, 7).SelectMany(sum => OtlpFields.Parts(sum, 1)))
            {
                samples.Add($"{name}{unit}_total", Labels(point, 7), Number(point, whole: 6, real: 4));
            }

            foreach (var point in OtlpFields.Parts(metric, 9).SelectMany(histogram => OtlpFields.Parts(histogram, 1)))
            {
                samples.Add($"{name}{unit}_count", Labels(point, 9), Number(point, whole: 4, real: -1));
            }
        }

        return samples;
    }

    private static string Labels(ReadOnlyMemory<byte> point, int field) =>
        $"{{{string.Join(',', OtlpFields.Parts(point, field).Select(pair => $"{OtlpFields.Text(pair, 1).Replace('.', '_')}=\"{Value(OtlpFields.Parts(pair, 2).First())}\""))}}}";

    private static string Value(ReadOnlyMemory<byte> value)
    {
        foreach (var (field, bytes, number) in OtlpFields.All(value))
        {
            return field == 1 ? Encoding.UTF8.GetString(bytes.Span) : $"{number}";
        }

        return "";
    }

    private static double Number(ReadOnlyMemory<byte> point, int whole, int real)
    {
        foreach (var (field, bytes, _) in OtlpFields.All(point))
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
}
