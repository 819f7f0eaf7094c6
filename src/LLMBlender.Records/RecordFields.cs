using System.Text.Json;

namespace LLMBlender.Records;

/// <summary>A JSON object's fields, typed; every error names the field from the record's root, its value and the rule.</summary>
/// <param name="Element">The object.</param>
/// <param name="Path">How errors name it: empty for the record itself, else such as <c>candidates[2]</c>.</param>
public readonly record struct RecordFields(JsonElement Element, string Path)
{
    private const int ShownLength = 60;

    /// <summary>The object itself.</summary>
    /// <exception cref="RecordException">It is none.</exception>
    public static RecordFields Of(JsonElement element, string path = "") => element.ValueKind is JsonValueKind.Object
        ? new RecordFields(element, path)
        : throw new RecordException(path.Length == 0
            ? $"is {Shown(element)}, and must be a JSON object{(element.ValueKind is JsonValueKind.Array ? $" ({RecordFormat.Rule})" : "")}"
            : $"\"{path}\" is {Shown(element)}, and must be a JSON object");

    /// <summary>A field's value; none where it is absent or null.</summary>
    public JsonElement? Find(string field) =>
        Element.TryGetProperty(field, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    /// <summary>A string.</summary>
    public string Text(string field) => OptionalText(field) ?? throw Missing(field, "a string");

    /// <summary>A string, or null where the field is absent or null.</summary>
    public string? OptionalText(string field)
    {
        if (Find(field) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is not JsonValueKind.String)
        {
            throw Refused(field, "must be a string");
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException e)
        {
            throw new RecordException($"\"{Name(field)}\" escapes half of a surrogate pair, and must be valid Unicode", e);
        }
    }

    /// <summary>A list's elements; null where the field is absent or null.</summary>
    /// <param name="field">The field's name.</param>
    /// <param name="elements">What the list holds, for the error's text.</param>
    public JsonElement? OptionalList(string field, string elements)
    {
        var value = Find(field);
        return value is null or { ValueKind: JsonValueKind.Array }
            ? value
            : throw Refused(field, $"must be a list of {elements}");
    }

    /// <summary>An error for a field that is not there.</summary>
    public RecordException Missing(string field, string kind) =>
        new($"\"{Name(field)}\" is missing, and must be {kind}");

    /// <summary>An error for a field whose value breaks a rule.</summary>
    public RecordException Refused(string field, string rule) =>
        new($"\"{Name(field)}\" is {(Find(field) is { } value ? Shown(value) : "null")}, and {rule}");

    /// <summary>The field's name from the record's root.</summary>
    public string Name(string field) => Path.Length == 0 ? field : $"{Path}.{field}";

    private static string Shown(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= ShownLength ? text : string.Concat(text.AsSpan(0, ShownLength), "…");
    }
}
