using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions.Json;

/// <summary>Writes strings unescaped, except for the characters that JSON requires to be escaped.</summary>
public static class JsonText
{
    /// <summary>The writer options of records: one line, relaxed escaping.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a string field.</summary>
    public static void WriteText(this Utf8JsonWriter json, string field, string text)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WritePropertyName(field);
        json.WriteUnescapedValue(text);
    }

    /// <summary>Writes a string.</summary>
    public static void WriteUnescapedValue(this Utf8JsonWriter json, string text)
    {
        ArgumentNullException.ThrowIfNull(json);

        // The relaxed encoder still escapes characters above U+FFFF, such as emoji.
        if (text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            json.WriteRawValue(Quoted(text), skipInputValidation: true);
        }
        else
        {
            json.WriteStringValue(text);
        }
    }

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 16).Append('"');
        Span<char> pair = stackalloc char[2];
        var plain = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                Append(quoted, text[plain..i]);
                Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var used);
                quoted.Append(pair[..rune.EncodeToUtf16(pair)]);
                i += used - 1;
                plain = i + 1;
            }
        }

        Append(quoted, text[plain..]);
        return quoted.Append('"').ToString();
    }

    private static void Append(StringBuilder quoted, string plain) =>
        quoted.Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(plain));

    /// <summary>Writes strings as <see cref="WriteUnescapedValue"/> does.</summary>
    public sealed class Converter : JsonConverter<string>
    {
        /// <inheritdoc/>
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

        /// <inheritdoc/>
        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteUnescapedValue(value);

        /// <inheritdoc/>
        public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString()!;

        /// <inheritdoc/>
        public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);
    }
}
