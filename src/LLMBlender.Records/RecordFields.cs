using System.Text.Json;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Records;

/// <summary>Typed access to a JSON object's fields; every error contains the field's path, its value and the rule.</summary>
/// <param name="Element">The object.</param>
/// <param name="Path">The object's path in errors: empty for the record itself, otherwise such as <c>candidates[2]</c>.</param>
public readonly record struct RecordFields(JsonElement Element, string Path)
{
    /// <summary>Creates an instance for an object.</summary>
    /// <exception cref="RecordException">The element is not an object.</exception>
    public static RecordFields Of(JsonElement element, string path = "") => element.ValueKind is JsonValueKind.Object
        ? new RecordFields(WithNames(element, path), path)
        : throw new RecordException(path.Length == 0
            ? $"is {JsonFault.Shown(element)}, and must be a JSON object{(element.ValueKind is JsonValueKind.Array ? $" ({RecordFormat.Rule})" : "")}"
            : $"\"{path}\" is {JsonFault.Shown(element)}, and must be a JSON object");

    // A name that escapes half of a surrogate pair would make every search for a field fail.
    private static JsonElement WithNames(JsonElement element, string path)
    {
        try
        {
            foreach (var field in element.EnumerateObject())
            {
                _ = field.Name;
            }

            return element;
        }
        catch (InvalidOperationException e)
        {
            throw new RecordException($"{(path.Length == 0 ? "" : $"\"{path}\" ")}has a field whose name escapes half of a surrogate pair, and names must be valid Unicode", e);
        }
    }

    /// <summary>A field's value; null if the field is absent or null.</summary>
    public JsonElement? Find(string field) =>
        Element.TryGetProperty(field, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    /// <summary>A required string.</summary>
    public string Text(string field) => OptionalText(field) ?? throw Missing(field, "a string");

    /// <summary>A string, or null if the field is absent or null.</summary>
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

        return TextOf(value, Name(field));
    }

    /// <summary>A string's text.</summary>
    /// <param name="value">The string.</param>
    /// <param name="name">Its path from the record's root, for errors.</param>
    /// <exception cref="RecordException">It is not valid Unicode.</exception>
    public static string TextOf(JsonElement value, string name)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new RecordException($"\"{name}\" escapes half of a surrogate pair, and must be valid Unicode", e);
        }
    }

    /// <summary>The record's id.</summary>
    /// <exception cref="RecordException">The id is missing, empty, or neither a string nor a number.</exception>
    public RecordId Id()
    {
        var field = Find("id") ?? throw Missing("id", "a string or a number");
        var id = field.ValueKind switch
        {
            JsonValueKind.String => new RecordId(Text("id"), IsNumber: false),
            JsonValueKind.Number => new RecordId(field.GetRawText(), IsNumber: true),
            _ => throw Refused("id", "must be a string or a number"),
        };
        return id.Text.Length > 0 ? id : throw Refused("id", "must not be empty");
    }

    /// <summary>A list; null if the field is absent or null.</summary>
    /// <param name="field">The field's name.</param>
    /// <param name="elements">The kind of elements, for errors.</param>
    public JsonElement? OptionalList(string field, string elements)
    {
        var value = Find(field);
        return value is null or { ValueKind: JsonValueKind.Array }
            ? value
            : throw Refused(field, $"must be a list of {elements}");
    }

    /// <summary>Creates an error for a missing field.</summary>
    public RecordException Missing(string field, string kind) =>
        new($"\"{Name(field)}\" is missing, and must be {kind}");

    /// <summary>Creates an error for an invalid field.</summary>
    public RecordException Refused(string field, string rule) =>
        new($"\"{Name(field)}\" is {(Find(field) is { } value ? JsonFault.Shown(value) : "null")}, and {rule}");

    /// <summary>The field's path from the record's root.</summary>
    public string Name(string field) => Path.Length == 0 ? field : $"{Path}.{field}";
}
