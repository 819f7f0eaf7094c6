using System.Text.Json;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>Typed access to one JSON object of a tokenizer file; error messages contain the path of the field.</summary>
internal readonly struct JsonFields
{
    private readonly JsonElement element;
    private readonly string file;
    private readonly string path;

    /// <param name="file">The file, for error messages.</param>
    /// <param name="path">The object's path in the file, for error messages.</param>
    /// <param name="element">The object.</param>
    /// <exception cref="ModelException">It isn't an object.</exception>
    public JsonFields(string file, string path, JsonElement element)
    {
        (this.file, this.path, this.element) = (file, path, element);
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("", element, "must be an object");
        }
    }

    /// <summary>The file, for error messages.</summary>
    public string File => file;

    /// <summary>The fields in order.</summary>
    public IEnumerable<(string Name, JsonElement Value)> All =>
        element.EnumerateObject().Select(property => (property.Name, property.Value));

    /// <summary>The field, or null if it is absent or null.</summary>
    public JsonElement? Optional(string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public JsonElement Required(string name) =>
        Optional(name) ?? throw new ModelException(file, $"{Place(name)} is missing");

    public string? OptionalText(string name) => Optional(name) is { } value ? Text(name, value) : null;

    public string RequiredText(string name) => Text(name, Required(name));

    public bool? OptionalFlag(string name) => Optional(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong(name, value, "must be true or false");

    public int? OptionalCount(string name) => Optional(name) is { } value ? Count(name, value) : null;

    public int RequiredCount(string name) => Count(name, Required(name));

    public JsonFields RequiredObject(string name) => new(file, Place(name), Required(name));

    /// <summary>The elements of a required array, each with its path.</summary>
    public IEnumerable<(string Path, JsonElement Value)> RequiredArray(string name)
    {
        JsonElement array = Required(name);
        string place = Place(name);
        return array.ValueKind == JsonValueKind.Array
            ? array.EnumerateArray().Select((value, i) => ($"{place}[{i}]", value))
            : throw Wrong(name, array, "must be an array");
    }

    /// <summary>The elements of a required array of objects.</summary>
    public IEnumerable<JsonFields> RequiredObjects(string name)
    {
        string file = this.file;
        return RequiredArray(name).Select(element => new JsonFields(file, element.Path, element.Value));
    }

    /// <summary>Creates the exception for a field with an invalid value.</summary>
    public ModelException Wrong(string name, JsonElement value, string rule)
    {
        string raw = value.GetRawText();
        return new ModelException(file, $"{Place(name)} is {(raw.Length > 80 ? raw[..80] + "…" : raw)}: {rule}");
    }

    private string Text(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(name, value, "must be a string");

    private int Count(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= 0
            ? number
            : throw Wrong(name, value, "must be a whole number from 0 to 2147483647");

    private string Place(string name) => path.Length == 0 ? name : name.Length == 0 ? path : $"{path}.{name}";
}
