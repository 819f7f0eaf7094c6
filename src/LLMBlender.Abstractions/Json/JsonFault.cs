using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LLMBlender.Abstractions.Json;

/// <summary>Finds the first invalid field of a record.</summary>
public static class JsonFault
{
    private const int ShownLength = 60;

    /// <summary>Creates the error for a missing field.</summary>
    public static JsonFieldException Missing(string field, string rule) => new(field, $"\"{field}\" is missing, and must be {rule}");

    /// <summary>Creates the error for an invalid value.</summary>
    public static JsonFieldException Refused(string field, JsonElement value, string rule) =>
        field.Length == 0 ? new(null, $"is {Shown(value)}, and must be {rule}") : new(field, $"\"{field}\" is {Shown(value)}, and must be {rule}");

    /// <summary>Formats a value for errors: at most 60 characters of its JSON.</summary>
    public static string Shown(JsonElement value)
    {
        // Its bytes may be no valid UTF-8, for which GetRawText throws.
        var text = Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value));
        return text.Length <= ShownLength ? text : string.Concat(text.AsSpan(0, ShownLength), "…");
    }

    /// <summary>Finds the first invalid field of an object; null if it is valid.</summary>
    /// <param name="element">The JSON.</param>
    /// <param name="type">The object's type.</param>
    /// <param name="path">The object's path from the record's root; empty for the record itself.</param>
    internal static JsonFieldException? Find(JsonElement element, JsonTypeInfo type, string path = "")
    {
        if (element.ValueKind is not JsonValueKind.Object)
        {
            return Refused(path, element, "a JSON object");
        }

        if (HasInvalidName(element))
        {
            return new JsonFieldException(path.Length == 0 ? null : path, $"{(path.Length == 0 ? "" : $"\"{path}\" ")}has a field whose name escapes half of a surrogate pair, and names must be valid Unicode");
        }

        foreach (var property in type.Properties.Where(static property => !property.IsExtensionData && property.Set is not null))
        {
            var name = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            var fault = element.TryGetProperty(property.Name, out var value) && value.ValueKind is not JsonValueKind.Null
                ? FindIn(value, property, type.Options, name)
                : property.IsRequired ? Missing(name, Rule(property, type.Options)) : null;
            if (fault is not null)
            {
                return fault;
            }
        }

        return null;
    }

    // A name that can't be read makes every search for a property fail.
    private static bool HasInvalidName(JsonElement element)
    {
        try
        {
            return element.EnumerateObject().Any(static field => field.Name.Length < 0);
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static JsonFieldException? FindIn(JsonElement value, JsonPropertyInfo property, JsonSerializerOptions options, string name)
    {
        var type = options.GetTypeInfo(Plain(property.PropertyType));
        if (type.Kind is JsonTypeInfoKind.Enumerable && value.ValueKind is JsonValueKind.Array && options.GetTypeInfo(type.ElementType!) is { Kind: JsonTypeInfoKind.Object } entry)
        {
            return value.EnumerateArray().Select((item, i) => Find(item, entry, $"{name}[{i}]")).FirstOrDefault(static fault => fault is not null);
        }

        if (type.Kind is JsonTypeInfoKind.Object)
        {
            return Find(value, type, name);
        }

        try
        {
            var read = value.Deserialize(type);
            return read is not null && JsonRules.Range(property) is { } range && !range.IsValid(read) ? Refused(name, value, Rule(property, options)) : null;
        }
        catch (JsonException e)
        {
            return type.Type == typeof(string) && value.ValueKind is JsonValueKind.String
                ? new JsonFieldException(name, $"\"{name}\" escapes half of a surrogate pair, and must be valid Unicode", e)
                : Refused(name, value, Rule(property, options));
        }
    }

    private static string Rule(JsonPropertyInfo property, JsonSerializerOptions options)
    {
        var type = Plain(property.PropertyType);
        var range = JsonRules.Range(property);
        return property.AttributeProvider?.GetCustomAttributes(typeof(JsonUnionAttribute), inherit: true) is [JsonUnionAttribute union, ..] ? union.Rule
            : range?.ErrorMessage ?? Rule(options.GetTypeInfo(type), range);
    }

    private static string Rule(JsonTypeInfo type, RangeAttribute? range) => Type.GetTypeCode(type.Type) switch
    {
        _ when type.Type.IsEnum => $"one of {string.Join(", ", Enum.GetNames(type.Type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))}",
        _ when type.Type == typeof(RecordId) => "a string or a number",
        _ when type.Kind is JsonTypeInfoKind.Enumerable => $"a list of {Entry(type.Options.GetTypeInfo(type.ElementType!))}",
        TypeCode.String => "a string",
        TypeCode.Boolean => "true or false",
        TypeCode.Int32 or TypeCode.Int64 => $"a whole number{Bounds(range)}",
        TypeCode.Single or TypeCode.Double or TypeCode.Decimal => $"a number{Bounds(range)}",
        _ => "a JSON object",
    };

    private static string Entry(JsonTypeInfo type) => type.Kind is JsonTypeInfoKind.Object
        ? $"{{{string.Join(',', type.Properties.Where(static property => property.IsRequired || property.PropertyType == typeof(string)).Select(static property => $"\"{property.Name}\""))}}}"
        : $"{Rule(type, null).Replace("a ", "", StringComparison.Ordinal)}s";

    private static string Bounds(RangeAttribute? range) =>
        range is null ? "" : string.Create(CultureInfo.InvariantCulture, $" from {range.Minimum} to {range.Maximum}");

    private static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;
}
