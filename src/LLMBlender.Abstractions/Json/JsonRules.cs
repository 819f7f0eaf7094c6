using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization.Metadata;

namespace LLMBlender.Abstractions.Json;

/// <summary>The ranges that a record's numbers keep to, its nested objects included. Safe for concurrent use.</summary>
internal sealed class JsonRules
{
    private static readonly ConcurrentDictionary<Type, JsonRules> Known = [];

    private readonly List<(JsonPropertyInfo Property, RangeAttribute Range)> ranges = [];
    private readonly List<(JsonPropertyInfo Property, JsonRules Rules)> nested = [];

    private JsonRules(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (Range(property) is { } range)
            {
                ranges.Add((property, range));
            }
            else if (property.PropertyType != type.Type && !property.IsExtensionData
                && type.Options.GetTypeInfo(property.PropertyType) is { Kind: JsonTypeInfoKind.Object } inner && Of(inner) is { IsEmpty: false } rules)
            {
                nested.Add((property, rules));
            }
        }
    }

    private bool IsEmpty => ranges.Count == 0 && nested.Count == 0;

    /// <summary>The rules of a type.</summary>
    public static JsonRules Of(JsonTypeInfo type) => Known.GetOrAdd(type.Type, static (_, type) => new JsonRules(type), type);

    /// <summary>A property's range; null where it has none.</summary>
    public static RangeAttribute? Range(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(RangeAttribute), inherit: true) is [RangeAttribute range, ..] ? range : null;

    /// <summary>Whether a record keeps to them.</summary>
    public bool Allow(object record)
    {
        foreach (var (property, range) in ranges)
        {
            if (property.Get!(record) is { } value && !range.IsValid(value))
            {
                return false;
            }
        }

        foreach (var (property, rules) in nested)
        {
            if (property.Get!(record) is { } value && !rules.Allow(value))
            {
                return false;
            }
        }

        return true;
    }
}
