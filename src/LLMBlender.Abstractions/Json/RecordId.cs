using System.Text.Json;
using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions.Json;

/// <summary>A record's id, a string or a number, written back unchanged.</summary>
/// <param name="Text">The string's value, or the number's JSON text.</param>
/// <param name="IsNumber">Whether it is a number: 1 and "1" are different ids.</param>
/// <remarks>A class: the serializer's generic code for reference types is precompiled, and for each value type it is compiled at run time.</remarks>
[JsonConverter(typeof(Converter))]
public sealed record RecordId(string Text, bool IsNumber)
{
    /// <summary>Writes it as the field <c>id</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WritePropertyName("id");
        WriteValue(json);
    }

    /// <summary>Returns the id as in the record, a string in quotation marks.</summary>
    public override string ToString() => IsNumber ? Text : $"\"{Text}\"";

    /// <summary>Reads and writes it with its JSON type.</summary>
    public sealed class Converter : JsonConverter<RecordId>
    {
        /// <inheritdoc/>
        public override RecordId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType is JsonTokenType.String)
            {
                return new RecordId(reader.GetString()!, IsNumber: false);
            }

            if (reader.TokenType is not JsonTokenType.Number)
            {
                throw new JsonException();
            }

            using var number = JsonDocument.ParseValue(ref reader);
            return new RecordId(number.RootElement.GetRawText(), IsNumber: true);
        }

        /// <inheritdoc/>
        public override void Write(Utf8JsonWriter writer, RecordId value, JsonSerializerOptions options)
        {
            ArgumentNullException.ThrowIfNull(value);
            value.WriteValue(writer);
        }
    }

    private void WriteValue(Utf8JsonWriter json)
    {
        if (IsNumber)
        {
            json.WriteRawValue(Text, skipInputValidation: true);
        }
        else
        {
            json.WriteUnescapedValue(Text);
        }
    }
}
