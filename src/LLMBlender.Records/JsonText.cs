using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LLMBlender.Records;

/// <summary>Strings in JSON with every character as it is, but for those that JSON itself makes one escape.</summary>
public static class JsonText
{
    /// <summary>Writes a string field.</summary>
    public static void WriteText(this Utf8JsonWriter json, string field, string text)
    {
        // The relaxed encoder still escapes characters beyond U+FFFF: emoji, rare scripts.
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            json.WriteString(field, text);
            return;
        }

        json.WritePropertyName(field);
        json.WriteRawValue(Quoted(text), skipInputValidation: true);
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
}
