using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace LLMBlender.Local.Wire;

/// <summary>Reads JSON of model servers, which differ in types and in validity. A value of an unexpected type counts as absent.</summary>
internal static class LenientJson
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256, AllowTrailingCommas = true };

    // Python's json module writes these names, for example as the log probability of an impossible token.
    private static readonly string[] NonFinite = ["-Infinity", "Infinity", "NaN"];

    /// <summary>Parses a value; invalid UTF-8 is replaced by U+FFFD, and NaN and Infinity by null.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> json)
    {
        var valid = Utf8.IsValid(json.Span) ? json : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json.Span));
        try
        {
            return Document(valid);
        }
        catch (JsonException) when (valid.Span.ContainsAnyInRange((byte)0, (byte)0x1F))
        {
            // Some servers do not escape the control characters of a text.
            return Document(Encoding.UTF8.GetBytes(WithoutNonFinite(EscapeControls(Encoding.UTF8.GetString(valid.Span)))));
        }
        catch (JsonException) when (valid.Span.IndexOf("NaN"u8) >= 0 || valid.Span.IndexOf("Infinity"u8) >= 0)
        {
            return Document(Encoding.UTF8.GetBytes(WithoutNonFinite(Encoding.UTF8.GetString(valid.Span))));
        }
    }

    /// <summary>Returns a field of an object; null if it is absent or null, or the element is no object.</summary>
    public static JsonElement? Field(this JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    /// <inheritdoc cref="Field(JsonElement, string)"/>
    public static JsonElement? Field(this JsonElement? element, string name) => element?.Field(name);

    /// <summary>Returns the entries of an array; none if the element is no array.</summary>
    public static IEnumerable<JsonElement> Entries(this JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>Returns a string, which may contain half of a surrogate pair, or a number's digits; null for other types.</summary>
    public static string? Text(this JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.String } text => Text(text),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    /// <summary>Returns a count: a number or a string of one, at least 0, without its fraction; null for other values.</summary>
    public static long? Count(this JsonElement? element)
    {
        if (element is not { ValueKind: JsonValueKind.Number or JsonValueKind.String })
        {
            return null;
        }

        return double.TryParse(element.Text(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? (long)Math.Clamp(number, 0, long.MaxValue / 4)
            : null;
    }

    /// <summary>Whether no text in the element escapes half of a surrogate pair.</summary>
    public static bool IsValidText(this JsonElement element)
    {
        try
        {
            JsonSerializer.SerializeToUtf8Bytes(element);
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or JsonException)
        {
            return false;
        }
    }

    /// <summary>Whether the element says nothing: absent, null, false, 0, or an empty string, array or object of such values.</summary>
    public static bool IsBlank(this JsonElement? element) => element switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.False or JsonValueKind.Undefined } => true,
        { ValueKind: JsonValueKind.String } text => string.IsNullOrWhiteSpace(Text(text)),
        { ValueKind: JsonValueKind.Number } number => number.TryGetDouble(out var value) && value == 0,
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray().All(static entry => IsBlank(entry)),
        { ValueKind: JsonValueKind.Object } fields => fields.EnumerateObject().All(static field => IsBlank(field.Value)),
        _ => false,
    };

    private static JsonElement Document(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, Options);
        return document.RootElement.Clone();
    }

    private static string Text(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // It escapes half of a surrogate pair; the other half may follow in the next part of a stream.
            return Unescape(text.GetRawText().AsSpan()[1..^1]);
        }
    }

    private static string Unescape(ReadOnlySpan<char> raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] is not '\\')
            {
                text.Append(raw[i]);
            }
            else if (raw[++i] is 'u')
            {
                text.Append((char)ushort.Parse(raw.Slice(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 4;
            }
            else
            {
                text.Append(raw[i] switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other });
            }
        }

        return text.ToString();
    }

    private static string EscapeControls(string json)
    {
        var text = new StringBuilder(json.Length);
        for (var i = 0; i < json.Length; i++)
        {
            var end = json[i] is '"' ? EndOfString(json, i) : i + 1;
            foreach (var c in json.AsSpan(i, end - i))
            {
                _ = char.IsControl(c) && end > i + 1 ? text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : text.Append(c);
            }

            i = end - 1;
        }

        return text.ToString();
    }

    private static string WithoutNonFinite(string json)
    {
        var text = new StringBuilder(json.Length);
        for (var i = 0; i < json.Length; i++)
        {
            var end = json[i] is '"' ? EndOfString(json, i) : i;
            if (end > i)
            {
                text.Append(json, i, end - i);
                i = end - 1;
            }
            else if (Array.Find(NonFinite, name => string.CompareOrdinal(json, i, name, 0, name.Length) == 0) is { } name)
            {
                text.Append("null");
                i += name.Length - 1;
            }
            else
            {
                text.Append(json[i]);
            }
        }

        return text.ToString();
    }

    private static int EndOfString(string json, int start)
    {
        var i = start + 1;
        while (i < json.Length && json[i] is not '"')
        {
            i += json[i] is '\\' ? 2 : 1;
        }

        return Math.Min(i + 1, json.Length);
    }
}
