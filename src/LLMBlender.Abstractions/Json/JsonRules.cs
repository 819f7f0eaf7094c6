using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization.Metadata;

namespace LLMBlender.Abstractions.Json;

/// <summary>The rules that deserialization does not check: ranges of numbers, and no null in lists. Nested objects are included. Thread-safe.</summary>
internal sealed class JsonRules
{
    private static readonly ConcurrentDictionary<Type, JsonRules> Known = [];

    private readonly List<(JsonPropertyInfo Property, RangeAttribute Range)> ranges = [];
    private readonly List<(JsonPropertyInfo Property, JsonRules Rules)> nested = [];
    private readonly List<(JsonPropertyInfo Property, JsonRules Rules)> lists = [];

    private JsonRules(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(static property => !property.IsExtensionData && property.Get is not null))
        {
            if (Range(property) is { } range)
            {
                ranges.Add((property, range));
                continue;
            }

            var inner = type.Options.GetTypeInfo(property.PropertyType);
            if (inner.Kind is JsonTypeInfoKind.Object && Of(inner) is { IsEmpty: false } rules)
            {
                nested.Add((property, rules));
            }
            else if (inner is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { IsValueType: false } element })
            {
                lists.Add((property, Of(type.Options.GetTypeInfo(element))));
            }
        }
    }

    private bool IsEmpty => ranges.Count == 0 && nested.Count == 0 && lists.Count == 0;

    /// <summary>Returns the rules of a type.</summary>
    public static JsonRules Of(JsonTypeInfo type) => Known.GetOrAdd(type.Type, static (_, type) => new JsonRules(type), type);

    /// <summary>Returns a property's range; null if it has none.</summary>
    public static RangeAttribute? Range(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(RangeAttribute), inherit: true) is [RangeAttribute range, ..] ? range : null;

    /// <summary>Returns whether a record satisfies them.</summary>
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

        foreach (var (property, rules) in lists)
        {
            // Nullable annotations do not cover the entries of a list.
            if (property.Get!(record) is object?[] entries && !Array.TrueForAll(entries, entry => entry is not null && rules.Allow(entry)))
            {
                return false;
            }
        }

        return true;
    }
}
