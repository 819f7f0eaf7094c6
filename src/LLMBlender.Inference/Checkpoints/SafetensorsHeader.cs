using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LLMBlender.Inference.Checkpoints;

/// <summary>Writes the header of a safetensors file.</summary>
internal static class SafetensorsHeader
{
    private const int Alignment = 64;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The length and the header, padded with spaces to a multiple of 64 bytes, at which the data starts.</summary>
    /// <exception cref="ArgumentException">A duplicate or reserved name, a negative dimension, or a header over 100 MB.</exception>
    public static byte[] Compose(IReadOnlyList<TensorInfo> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        Check(tensors);
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, Plain))
        {
            writer.WriteStartObject();
            WriteMetadata(writer, metadata);
            WriteTensors(writer, tensors);
            writer.WriteEndObject();
        }

        var start = (SafetensorsCheckpoint.LengthBytes + json.WrittenCount + Alignment - 1) / Alignment * Alignment;
        var length = start - SafetensorsCheckpoint.LengthBytes;
        if (length > SafetensorsCheckpoint.MostHeaderBytes)
        {
            throw new ArgumentException(
                $"a header of {length} bytes, and at most {SafetensorsCheckpoint.MostHeaderBytes} are read");
        }

        var header = new byte[start];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)length);
        json.WrittenSpan.CopyTo(header.AsSpan(SafetensorsCheckpoint.LengthBytes));
        header.AsSpan(SafetensorsCheckpoint.LengthBytes + json.WrittenCount).Fill((byte)' ');
        return header;
    }

    private static void Check(IReadOnlyList<TensorInfo> tensors)
    {
        HashSet<string> names = new(StringComparer.Ordinal) { SafetensorsCheckpoint.MetadataKey };
        foreach (var tensor in tensors)
        {
            if (!names.Add(tensor.Name))
            {
                throw new ArgumentException($"tensor {Quote.Of(tensor.Name)} is declared twice or has a reserved name");
            }

            if (TensorInfo.Problem(tensor.Type, tensor.Shape.AsSpan()) is { } problem)
            {
                throw new ArgumentException($"tensor {Quote.Of(tensor.Name)} {problem}");
            }
        }
    }

    private static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null)
        {
            return;
        }

        writer.WriteStartObject(SafetensorsCheckpoint.MetadataKey);
        foreach (var (key, text) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WriteString(key, text);
        }

        writer.WriteEndObject();
    }

    private static void WriteTensors(Utf8JsonWriter writer, IReadOnlyList<TensorInfo> tensors)
    {
        var end = 0L;
        foreach (var tensor in tensors)
        {
            writer.WriteStartObject(tensor.Name);
            writer.WriteString("dtype", SafetensorsTypes.NameOf(tensor.Type));
            writer.WriteStartArray("shape");
            foreach (var dimension in tensor.Shape)
            {
                writer.WriteNumberValue(dimension);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("data_offsets");
            writer.WriteNumberValue(end);
            writer.WriteNumberValue(end = checked(end + tensor.ByteCount));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
    }
}
