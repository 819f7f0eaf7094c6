using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LLMBlender.Local.Backends.Answers;

/// <summary>One check of a value against a schema; see <see cref="AnswerSchema"/>.</summary>
/// <remarks>
/// Work is counted in steps of about the same cost: one for a rule, a field, a listed name or value, and one for each 32 bytes that are
/// compared or parsed. Objects and lists of the schema are indexed once, because <see cref="JsonElement"/> searches them linearly.
/// </remarks>
internal sealed class SchemaCheck(JsonElement root)
{
    private const int MaxDepth = 64;
    private const int MaxSteps = 1_000_000;
    private const int BytesPerStep = 32;

    private readonly Dictionary<nint, Dictionary<string, JsonElement>> objects = [];
    private readonly Dictionary<nint, Dictionary<string, List<JsonElement>>> lists = [];
    private readonly Dictionary<string, JsonElement?> references = [];
    private int steps;

    private bool IsExhausted => steps > MaxSteps;

    /// <inheritdoc cref="AnswerSchema.Fault"/>
    public string? Fault(JsonElement value) => Fault(root, value, SchemaPath.Root, 0);

    private static string Exhausted(SchemaPath path) => $"{path} can't be checked: the schema needs too many steps";

    private static int BytesOf(JsonElement element) => JsonMarshal.GetRawUtf8Value(element).Length;

    private string? Fault(JsonElement schema, JsonElement value, SchemaPath path, int depth)
    {
        if (depth > MaxDepth)
        {
            return $"{path} can't be checked: the schema refers to itself too often";
        }

        Charge(1);
        if (IsExhausted)
        {
            return Exhausted(path);
        }

        if (schema.ValueKind is not JsonValueKind.Object)
        {
            return schema.ValueKind is JsonValueKind.False ? $"{path} is not allowed" : null;
        }

        var rules = Index(schema);
        return OfReference(rules, value, path, depth)
            ?? OfValue(rules, value, path)
            ?? OfObject(rules, value, path, depth)
            ?? OfArray(rules, value, path, depth)
            ?? OfChoice(rules, value, path, depth);
    }

    private string? OfReference(Dictionary<string, JsonElement> rules, JsonElement value, SchemaPath path, int depth)
    {
        if (!rules.TryGetValue("$ref", out var reference) || reference.ValueKind is not JsonValueKind.String)
        {
            return null;
        }

        return Find(reference.GetString()!) is { } found
            ? Fault(found, value, path, depth + 1)
            : $"{path} can't be checked: the schema has no {SchemaPath.Shorten(reference.GetString()!)}";
    }

    private JsonElement? Find(string reference)
    {
        Charge(reference.Length / BytesPerStep);
        if (!references.TryGetValue(reference, out var found))
        {
            references[reference] = found = Resolve(reference);
        }

        return found;
    }

    private JsonElement? Resolve(string reference)
    {
        if (!reference.StartsWith('#'))
        {
            return null;
        }

        var found = root;
        foreach (var part in reference.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (found.ValueKind is not JsonValueKind.Object || !Index(found).TryGetValue(name, out found))
            {
                return null;
            }
        }

        return found;
    }

    private string? OfValue(Dictionary<string, JsonElement> rules, JsonElement value, SchemaPath path)
    {
        if (rules.TryGetValue("type", out var type) && !Texts(type).Any(name => IsA(value, name)))
        {
            return $"{path} must be of type {SchemaPath.Shorten(string.Join(" or ", Texts(type).Take(8)))}";
        }

        if (rules.TryGetValue("enum", out var known) && known.ValueKind is JsonValueKind.Array && !IsListed(known, value))
        {
            return IsExhausted ? Exhausted(path) : $"{path} must be one of the values listed";
        }

        if (rules.TryGetValue("const", out var only) && !AreEqual(only, value))
        {
            return IsExhausted ? Exhausted(path) : $"{path} must equal the schema's const";
        }

        return value.ValueKind is JsonValueKind.Number && ((Number(rules, "minimum") is { } least && Number(value) < least) || (Number(rules, "maximum") is { } most && Number(value) > most))
            ? $"{path} must be from minimum to maximum"
            : null;
    }

    private string? OfObject(Dictionary<string, JsonElement> rules, JsonElement value, SchemaPath path, int depth)
    {
        if (value.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        var fields = new List<(string Name, JsonElement Value)>();
        foreach (var field in value.EnumerateObject())
        {
            fields.Add((field.Name, field.Value));
            Charge(1 + (field.Name.Length / BytesPerStep));
            if (IsExhausted)
            {
                return Exhausted(path);
            }
        }

        if (rules.TryGetValue("required", out var required))
        {
            var names = fields.Select(static field => field.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var name in Texts(required))
            {
                if (IsExhausted || !names.Contains(name))
                {
                    return IsExhausted ? Exhausted(path) : $"{path} must have {SchemaPath.Shorten(name)}";
                }
            }
        }

        var properties = rules.TryGetValue("properties", out var listed) && listed.ValueKind is JsonValueKind.Object ? Index(listed) : null;
        var hasRest = rules.TryGetValue("additionalProperties", out var rest);
        foreach (var (name, part) in fields)
        {
            var rule = properties is not null && properties.TryGetValue(name, out var own) ? own : hasRest ? rest : default(JsonElement?);
            if (rule is { } known && Fault(known, part, path.Field(name), depth + 1) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private string? OfArray(Dictionary<string, JsonElement> rules, JsonElement value, SchemaPath path, int depth)
    {
        if (value.ValueKind is not JsonValueKind.Array)
        {
            return null;
        }

        var count = value.GetArrayLength();
        if (Number(rules, "minItems") > count || Number(rules, "maxItems") < count)
        {
            return $"{path} must have from minItems to maxItems items";
        }

        if (!rules.TryGetValue("items", out var items))
        {
            return null;
        }

        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (Fault(items, item, path.Item(index++), depth + 1) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private string? OfChoice(Dictionary<string, JsonElement> rules, JsonElement value, SchemaPath path, int depth)
    {
        if (rules.TryGetValue("allOf", out var all) && all.ValueKind is JsonValueKind.Array)
        {
            foreach (var part in all.EnumerateArray())
            {
                if (Fault(part, value, path, depth + 1) is { } fault)
                {
                    return fault;
                }
            }
        }

        if (!rules.TryGetValue("anyOf", out var choices) || choices.ValueKind is not JsonValueKind.Array)
        {
            return null;
        }

        foreach (var choice in choices.EnumerateArray())
        {
            if (IsExhausted)
            {
                break;
            }

            if (Fault(choice, value, path, depth + 1) is null)
            {
                return null;
            }
        }

        return $"{path} fits none of the schema's choices";
    }

    // The last of equal names counts, as for JsonElement.TryGetProperty.
    private Dictionary<string, JsonElement> Index(JsonElement element)
    {
        if (!objects.TryGetValue(PlaceOf(element), out var index))
        {
            objects[PlaceOf(element)] = index = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var field in element.EnumerateObject())
            {
                index[field.Name] = field.Value;
            }
        }

        return index;
    }

    private bool IsListed(JsonElement list, JsonElement value)
    {
        if (!lists.TryGetValue(PlaceOf(list), out var index))
        {
            lists[PlaceOf(list)] = index = new Dictionary<string, List<JsonElement>>(StringComparer.Ordinal);
            foreach (var listed in list.EnumerateArray())
            {
                var key = KeyOf(listed);
                if (!index.TryGetValue(key, out var equals))
                {
                    index[key] = equals = [];
                }

                equals.Add(listed);
            }
        }

        Charge(BytesOf(value) / BytesPerStep);
        return !IsExhausted && index.TryGetValue(KeyOf(value), out var similar) && similar.Any(listed => !IsExhausted && AreEqual(listed, value));
    }

    // Equal values have equal keys; values with equal keys are compared.
    private static string KeyOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => $"s{value.GetString()}",
        JsonValueKind.Number => value.GetDouble().ToString("R", CultureInfo.InvariantCulture),
        JsonValueKind.Array => $"a{value.GetArrayLength()}",
        JsonValueKind.Object => "o",
        var kind => kind.ToString(),
    };

    private bool AreEqual(JsonElement one, JsonElement other)
    {
        Charge(1 + (Math.Min(BytesOf(one), BytesOf(other)) / BytesPerStep));
        return !IsExhausted && JsonElement.DeepEquals(one, other);
    }

    // The place of an element in the schema's text identifies it.
    private nint PlaceOf(JsonElement element) => Unsafe.ByteOffset(
        ref MemoryMarshal.GetReference(JsonMarshal.GetRawUtf8Value(root)), ref MemoryMarshal.GetReference(JsonMarshal.GetRawUtf8Value(element)));

    private void Charge(int count) => steps += IsExhausted ? 0 : count;

    private IEnumerable<string> Texts(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.String)
        {
            return [value.GetString()!];
        }

        return value.ValueKind is not JsonValueKind.Array ? [] : value.EnumerateArray()
            .TakeWhile(_ => !IsExhausted)
            .Where(static text => text.ValueKind is JsonValueKind.String)
            .Select(text =>
            {
                Charge(1 + (BytesOf(text) / BytesPerStep));
                return text.GetString()!;
            });
    }

    private double? Number(Dictionary<string, JsonElement> rules, string name) =>
        rules.TryGetValue(name, out var number) && number.ValueKind is JsonValueKind.Number ? Number(number) : null;

    private double Number(JsonElement number)
    {
        Charge(BytesOf(number) / BytesPerStep);
        return number.GetDouble();
    }

    private bool IsA(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind is JsonValueKind.Object,
        "array" => value.ValueKind is JsonValueKind.Array,
        "string" => value.ValueKind is JsonValueKind.String,
        "number" => value.ValueKind is JsonValueKind.Number,
        "integer" => value.ValueKind is JsonValueKind.Number && double.IsInteger(Number(value)),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind is JsonValueKind.Null,
        _ => true,
    };
}
