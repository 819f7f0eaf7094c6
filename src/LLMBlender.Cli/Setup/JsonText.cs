using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LLMBlender.Cli.Setup;

/// <summary>
/// A value of a JSON text that can be changed without touching the rest: comments, white space and the order of fields stay. Its text is
/// <see cref="ToString"/>.
/// </summary>
internal sealed class JsonText
{
    private const string Indent = "  ";

    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string scalar = "";
    private readonly List<Part> parts = [];
    private string tail = "";
    private bool endsWithComma;

    private JsonText(JsonValueKind kind) => Kind = kind;

    private JsonText(string scalar)
        : this(JsonValueKind.String) => this.scalar = scalar;

    /// <summary><see cref="JsonValueKind.Object"/>, <see cref="JsonValueKind.Array"/>, or <see cref="JsonValueKind.String"/> for every other value.</summary>
    public JsonValueKind Kind { get; }

    /// <summary>The items of a list, or the values of an object's fields.</summary>
    public IReadOnlyList<JsonText> Items => parts.ConvertAll(static part => part.Value);

    /// <summary>The names of an object's fields.</summary>
    public IReadOnlyList<string> Names => parts.ConvertAll(static part => part.Name!);

    /// <summary>Reads a text.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonText Parse(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(utf8, Options);
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        var value = Read(utf8, ref reader);
        var end = (int)reader.BytesConsumed;
        while (reader.Read())
        {
        }

        return new JsonText(JsonValueKind.Undefined)
        {
            parts = { new Part(null, Text(utf8, 0, start), value) { Trail = Text(utf8, end, utf8.Length) } },
        };
    }

    /// <summary>Creates the text of a value.</summary>
    public static JsonText Of(JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object))
        {
            return new JsonText(JsonSerializer.Serialize(value, Plain));
        }

        var result = new JsonText(value.ValueKind);
        if (value.ValueKind == JsonValueKind.Array)
        {
            result.Arrange(value.EnumerateArray().Select(Of));
            return result;
        }

        foreach (var field in value.EnumerateObject())
        {
            result.Set(field.Name, Of(field.Value));
        }

        return result;
    }

    /// <summary>An object without fields.</summary>
    public static JsonText EmptyObject() => new(JsonValueKind.Object);

    /// <summary>A list without items.</summary>
    public static JsonText EmptyArray() => new(JsonValueKind.Array);

    /// <summary>The field with a name, in any case; null if there is none.</summary>
    public JsonText? Find(string name) => parts.Find(part => Is(part, name))?.Value;

    /// <summary>The value, without comments.</summary>
    public JsonElement ToElement()
    {
        using var document = JsonDocument.Parse(ToString(), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        return document.RootElement.Clone();
    }

    /// <summary>Replaces the value of a field, or adds it at the end.</summary>
    public void Set(string name, JsonText value)
    {
        var at = parts.FindIndex(part => Is(part, name));
        if (at >= 0)
        {
            parts[at] = parts[at] with { Value = value };
        }
        else
        {
            parts.Add(new Part(name, null, value) { Head = $"{JsonSerializer.Serialize(name, Plain)}: " });
        }
    }

    /// <summary>Removes a field.</summary>
    public void Remove(string name) => parts.RemoveAll(part => Is(part, name));

    /// <summary>Arranges a list anew. Items that it has already keep the comments before them.</summary>
    public void Arrange(IEnumerable<JsonText> items)
    {
        var arranged = items.Select(item => parts.Find(part => part.Value == item) ?? new Part(null, null, item)).ToList();
        parts.Clear();
        parts.AddRange(arranged);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text, "");
        return text.ToString();
    }

    private static bool Is(Part part, string name) => string.Equals(part.Name, name, StringComparison.OrdinalIgnoreCase);

    private void Write(StringBuilder text, string indent)
    {
        if (Kind == JsonValueKind.Undefined)
        {
            text.Append(parts[0].Lead);
            parts[0].Value.Write(text, "");
            text.Append(parts[0].Trail);
            return;
        }

        if (Kind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            text.Append(scalar);
            return;
        }

        var (open, close) = Kind == JsonValueKind.Object ? ('{', '}') : ('[', ']');
        var known = parts.Find(static part => part.Lead?.Contains('\n', StringComparison.Ordinal) == true)?.Lead;
        var isMultiline = known is not null || tail.Contains('\n', StringComparison.Ordinal) || IsNewAndNested();
        var inner = known is null ? indent + Indent : known[(known.LastIndexOf('\n') + 1)..];
        text.Append(open);
        for (var i = 0; i < parts.Count; i++)
        {
            var (part, isLast) = (parts[i], i == parts.Count - 1);
            AppendAfter(i == 0 ? "" : parts[i - 1].Trail, part.Lead ?? (isMultiline ? $"\n{inner}" : i > 0 || Kind == JsonValueKind.Object ? " " : ""));
            text.Append(part.Head);
            part.Value.Write(text, inner);
            text.Append(part.Gap).Append(isLast && !endsWithComma ? "" : ",").Append(part.Trail);
        }

        var isNew = parts.Count > 0 && parts[^1].Lead is null && !tail.Contains('\n', StringComparison.Ordinal);
        AppendAfter(parts.Count == 0 ? "" : parts[^1].Trail, !isNew ? tail : isMultiline ? $"\n{indent}" : Kind == JsonValueKind.Object ? " " : "");
        text.Append(close);

        // A comment ends with its line.
        void AppendAfter(string trail, string next) =>
            text.Append(trail.Contains("//", StringComparison.Ordinal) && !next.StartsWith('\n') ? "\n" : "").Append(next);
    }

    private bool IsNewAndNested() => parts.TrueForAll(static part => part.Lead is null)
        && parts.Exists(part => part.Value.Kind == JsonValueKind.Object || (Kind == JsonValueKind.Object && part.Value.Kind == JsonValueKind.Array));

    private static JsonText Read(byte[] utf8, ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return new JsonText(Text(utf8, (int)reader.TokenStartIndex, (int)reader.BytesConsumed));
        }

        var result = new JsonText(reader.TokenType == JsonTokenType.StartObject ? JsonValueKind.Object : JsonValueKind.Array);
        var lead = (int)reader.BytesConsumed;
        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            var start = (int)reader.TokenStartIndex;
            result.Continue(Text(utf8, lead, start));
            string? name = null;
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                name = reader.GetString();
                reader.Read();
            }

            var value = (int)reader.TokenStartIndex;
            result.parts.Add(new Part(name, result.tail, Read(utf8, ref reader)) { Head = Text(utf8, start, value) });
            lead = (int)reader.BytesConsumed;
        }

        var rest = Text(utf8, lead, (int)reader.TokenStartIndex);
        result.endsWithComma = result.parts.Count > 0 && Comma(rest) >= 0;
        result.Continue(rest);
        return result;
    }

    // What is between two items, or an item and the end, is divided: the rest of an item's line, such as a comment, is the item's own.
    private void Continue(string between)
    {
        if (parts.Count == 0)
        {
            tail = between;
            return;
        }

        var comma = Comma(between);
        var text = between[(comma + 1)..];
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var line = end < 0 ? "" : text[..end];
        var own = line.Contains("/*", StringComparison.Ordinal) && !line.Contains("*/", StringComparison.Ordinal) ? "" : line;
        parts[^1] = parts[^1] with { Gap = between[..Math.Max(0, comma)], Trail = own };
        tail = text[own.Length..];
    }

    // The comma that is in no comment; -1 if there is none.
    private static int Comma(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == ',')
            {
                return i;
            }

            if (text.AsSpan(i).StartsWith("//"))
            {
                i = text.IndexOf('\n', i) is var end and >= 0 ? end : text.Length;
            }
            else if (text.AsSpan(i).StartsWith("/*"))
            {
                i = text.IndexOf("*/", i + 2, StringComparison.Ordinal) + 1;
            }
        }

        return -1;
    }

    private static string Text(byte[] utf8, int start, int end) => Encoding.UTF8.GetString(utf8, start, end - start);

    // An item or a field. Lead is the text before it, null for a new one.
    private sealed record Part(string? Name, string? Lead, JsonText Value)
    {
        // The name with the colon.
        public string Head { get; init; } = "";

        // Between value and comma.
        public string Gap { get; init; } = "";

        // The rest of the line after the comma.
        public string Trail { get; init; } = "";
    }
}
