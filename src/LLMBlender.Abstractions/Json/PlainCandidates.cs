using System.Buffers;
using System.Text.Json;

namespace LLMBlender.Abstractions.Json;

/// <summary>Candidates given as plain texts: <c>["a", "b"]</c> is <c>[{"text": "a"}, {"text": "b"}]</c>.</summary>
internal static class PlainCandidates
{
    private const string Field = "candidates";

    /// <summary>Returns the JSON with an object for each text; null if there are no texts among the candidates.</summary>
    public static ReadOnlyMemory<byte>? AsObjects(JsonElement element)
    {
        if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(Field, out var candidates) || candidates.ValueKind is not JsonValueKind.Array
            || candidates.EnumerateArray().All(static candidate => candidate.ValueKind is not JsonValueKind.String))
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            foreach (var property in element.EnumerateObject())
            {
                json.WritePropertyName(property.Name);
                if (property.Name == Field && property.Value.ValueKind is JsonValueKind.Array)
                {
                    Write(json, property.Value);
                }
                else
                {
                    WriteRaw(json, property.Value);
                }
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, JsonElement candidates)
    {
        json.WriteStartArray();
        foreach (var candidate in candidates.EnumerateArray())
        {
            if (candidate.ValueKind is not JsonValueKind.String)
            {
                WriteRaw(json, candidate);
                continue;
            }

            json.WriteStartObject();
            json.WritePropertyName("text");
            WriteRaw(json, candidate);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // As it was written: half a surrogate pair is found, with its field, when the record is read.
    private static void WriteRaw(Utf8JsonWriter json, JsonElement value) => json.WriteRawValue(value.GetRawText(), skipInputValidation: true);
}
