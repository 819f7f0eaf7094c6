using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using LLMBlender.Inference.Checkpoints;

namespace LLMBlender.Inference.Onnx;

/// <summary>A checkpoint's <c>config.json</c>: typed accessors whose error messages contain file, field, value and rule.</summary>
internal sealed class ConfigFile
{
    private readonly JsonElement root;

    private ConfigFile(string path, JsonElement root) => (Path, this.root) = (path, root);

    /// <summary>The file's path, for error messages.</summary>
    public string Path { get; }

    /// <summary>Reads a file that must contain one JSON object.</summary>
    /// <exception cref="ModelException">The file is missing, or not a JSON object.</exception>
    public static ConfigFile Read(string path)
    {
        try
        {
            var bytes = ModelFile.ReadJson(path);
            if (!Utf8.IsValid(bytes.Span))
            {
                throw new ModelException(path, "is not valid UTF-8");
            }

            using var document = JsonDocument.Parse(bytes);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new ModelException(path, $"a JSON object was expected, not {Kind(document.RootElement)}");
            }

            return new ConfigFile(path, document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            throw new ModelException(path, $"not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>Creates a config that is not a file: <paramref name="name"/> replaces its path in error messages.</summary>
    public static ConfigFile Of(string name, JsonObject config) => new(name, JsonSerializer.SerializeToElement(config));

    /// <summary>A copy to add fields to.</summary>
    public JsonObject Copy() => JsonObject.Create(root)!.DeepClone().AsObject();

    /// <summary>Whether the field exists and is not null.</summary>
    public bool Has(string field) => Find(field) is not null;

    /// <summary>Whether the field exists and is null.</summary>
    public bool IsNull(string field) => root.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>An integer within bounds; <paramref name="missing"/> if the field is absent, or required if null.</summary>
    public int Integer(string field, int minimum, int maximum, int? missing = null)
    {
        if (Find(field) is not { } value)
        {
            return missing ?? throw Missing(field, "an integer");
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            && number >= minimum && number <= maximum
            ? number
            : throw Refused(field, $"must be an integer from {minimum} to {maximum}");
    }

    /// <summary>A finite number within bounds; <paramref name="missing"/> if the field is absent.</summary>
    public double Number(string field, double minimum, double maximum, double missing)
    {
        if (Find(field) is not { } value)
        {
            return missing;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)
            && number >= minimum && number <= maximum
            ? number
            : throw Refused(field, $"must be a number from {minimum} to {maximum}");
    }

    /// <summary>A Boolean; <paramref name="missing"/> if the field is absent.</summary>
    public bool Flag(string field, bool missing) => Find(field)?.ValueKind switch
    {
        null => missing,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Refused(field, "must be true or false"),
    };

    /// <summary>A string; <paramref name="missing"/> if the field is absent, or required if null.</summary>
    public string Text(string field, string? missing = null)
    {
        if (Find(field) is not { } value)
        {
            return missing ?? throw Missing(field, "a string");
        }

        return value.ValueKind == JsonValueKind.String ? Unicode(field, value) : throw Refused(field, "must be a string");
    }

    /// <summary>An object within the file; null if the field is absent.</summary>
    public ConfigFile? Object(string field) => Find(field) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new ConfigFile($"{Path}: {field}", value)
        : throw Refused(field, "must be an object");

    /// <summary>A list of strings, or one string separated by vertical bars, as in DeBERTa's configs.</summary>
    public string[] Parts(string field)
    {
        var value = Find(field);
        return value?.ValueKind switch
        {
            null => [],
            JsonValueKind.String => Unicode(field, value.Value)
                .Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            JsonValueKind.Array when value.Value.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String) =>
                [.. value.Value.EnumerateArray().Select(e => Unicode(field, e))],
            _ => throw Refused(field, "must be strings, in a list or between bars"),
        };
    }

    /// <summary>Creates an exception that contains this file, the field, its value, and the violated rule.</summary>
    public ModelException Refused(string field, string rule) =>
        new(Path, Find(field) is { } value ? $"\"{field}\" is {Shown(value)}, but {rule}" : $"\"{field}\" {rule}");

    private string Unicode(string field, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair.
            throw Refused(field, "must be valid Unicode");
        }
    }

    private ModelException Missing(string field, string kind) =>
        new(Path, $"\"{field}\" is missing, and must be {kind}");

    private JsonElement? Find(string field) =>
        root.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string Shown(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 80 ? text : text[..77] + "...";
    }

    private static string Kind(JsonElement value) => value.ValueKind.ToString().ToLowerInvariant();
}
