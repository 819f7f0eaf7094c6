using System.Text.Json;

namespace LLMBlender.Local.Backends.Answers;

/// <summary>
/// Validates a value against the part of JSON Schema that structured outputs guarantee: <c>type</c>, <c>enum</c>, <c>const</c>,
/// <c>properties</c>, <c>required</c>, <c>additionalProperties</c>, <c>items</c>, <c>minItems</c>, <c>maxItems</c>, <c>minimum</c>,
/// <c>maximum</c>, <c>anyOf</c>, <c>allOf</c>, and <c>$ref</c> within the schema. Other keywords are not checked.
/// </summary>
/// <remarks>
/// The schema is untrusted input of the caller: nothing is fetched, no pattern is evaluated, and depth and number of steps are
/// limited. Safe for concurrent use.
/// </remarks>
public sealed class AnswerSchema(JsonElement root)
{
    private const int MaxDepth = 64;
    private const int MaxSteps = 100_000;

    /// <summary>Returns the first rule that a value breaks, with its path; null if it breaks none.</summary>
    public string? Fault(JsonElement value)
    {
        var steps = 0;
        return Fault(root, value, "$", 0, ref steps);
    }

    private string? Fault(JsonElement schema, JsonElement value, string path, int depth, ref int steps)
    {
        if (depth > MaxDepth || ++steps > MaxSteps)
        {
            return $"{path} can't be checked: the schema refers to itself too often";
        }

        if (schema.ValueKind is not JsonValueKind.Object)
        {
            return schema.ValueKind is JsonValueKind.False ? $"{path} is not allowed" : null;
        }

        return OfReference(schema, value, path, depth, ref steps)
            ?? OfValue(schema, value, path)
            ?? OfObject(schema, value, path, depth, ref steps)
            ?? OfArray(schema, value, path, depth, ref steps)
            ?? OfChoice(schema, value, path, depth, ref steps);
    }

    private string? OfReference(JsonElement schema, JsonElement value, string path, int depth, ref int steps)
    {
        if (!schema.TryGetProperty("$ref", out var reference) || reference.ValueKind is not JsonValueKind.String)
        {
            return null;
        }

        return Find(reference.GetString()!) is { } found
            ? Fault(found, value, path, depth + 1, ref steps)
            : $"{path} can't be checked: the schema has no {reference.GetString()}";
    }

    private JsonElement? Find(string reference)
    {
        if (!reference.StartsWith('#'))
        {
            return null;
        }

        var found = root;
        foreach (var part in reference.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (found.ValueKind is not JsonValueKind.Object || !found.TryGetProperty(name, out found))
            {
                return null;
            }
        }

        return found;
    }

    private static string? OfValue(JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("type", out var type) && !Texts(type).Any(name => IsA(value, name)))
        {
            return $"{path} must be of type {string.Join(" or ", Texts(type))}";
        }

        if (schema.TryGetProperty("enum", out var known) && known.ValueKind is JsonValueKind.Array && !known.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
        {
            return $"{path} must be one of the values listed";
        }

        if (schema.TryGetProperty("const", out var only) && !JsonElement.DeepEquals(only, value))
        {
            return $"{path} must equal the schema's const";
        }

        return value.ValueKind is JsonValueKind.Number && ((Number(schema, "minimum") is { } least && value.GetDouble() < least) || (Number(schema, "maximum") is { } most && value.GetDouble() > most))
            ? $"{path} must be from minimum to maximum"
            : null;
    }

    private string? OfObject(JsonElement schema, JsonElement value, string path, int depth, ref int steps)
    {
        if (value.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in Texts(required))
            {
                if (!value.TryGetProperty(name, out _))
                {
                    return $"{path} must have {name}";
                }
            }
        }

        var hasProperties = schema.TryGetProperty("properties", out var properties) && properties.ValueKind is JsonValueKind.Object;
        var hasRest = schema.TryGetProperty("additionalProperties", out var rest);
        foreach (var field in value.EnumerateObject())
        {
            var rule = hasProperties && properties.TryGetProperty(field.Name, out var own) ? own : hasRest ? rest : default(JsonElement?);
            if (rule is { } known && Fault(known, field.Value, $"{path}.{field.Name}", depth + 1, ref steps) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private string? OfArray(JsonElement schema, JsonElement value, string path, int depth, ref int steps)
    {
        if (value.ValueKind is not JsonValueKind.Array)
        {
            return null;
        }

        var count = value.GetArrayLength();
        if (Number(schema, "minItems") > count || Number(schema, "maxItems") < count)
        {
            return $"{path} must have from minItems to maxItems items";
        }

        if (!schema.TryGetProperty("items", out var items))
        {
            return null;
        }

        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (Fault(items, item, $"{path}[{index++}]", depth + 1, ref steps) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private string? OfChoice(JsonElement schema, JsonElement value, string path, int depth, ref int steps)
    {
        if (schema.TryGetProperty("allOf", out var all) && all.ValueKind is JsonValueKind.Array)
        {
            foreach (var part in all.EnumerateArray())
            {
                if (Fault(part, value, path, depth + 1, ref steps) is { } fault)
                {
                    return fault;
                }
            }
        }

        if (!schema.TryGetProperty("anyOf", out var choices) || choices.ValueKind is not JsonValueKind.Array)
        {
            return null;
        }

        foreach (var choice in choices.EnumerateArray())
        {
            if (Fault(choice, value, path, depth + 1, ref steps) is null)
            {
                return null;
            }
        }

        return $"{path} fits none of the schema's choices";
    }

    private static IEnumerable<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().Where(static text => text.ValueKind is JsonValueKind.String).Select(static text => text.GetString()!),
        _ => [],
    };

    private static double? Number(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var number) && number.ValueKind is JsonValueKind.Number ? number.GetDouble() : null;

    private static bool IsA(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind is JsonValueKind.Object,
        "array" => value.ValueKind is JsonValueKind.Array,
        "string" => value.ValueKind is JsonValueKind.String,
        "number" => value.ValueKind is JsonValueKind.Number,
        "integer" => value.ValueKind is JsonValueKind.Number && double.IsInteger(value.GetDouble()),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind is JsonValueKind.Null,
        _ => true,
    };
}
