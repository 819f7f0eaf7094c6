using System.Text.Json;
using LLMBlender.Abstractions;

namespace LLMBlender.Gateway;

/// <summary>A request's fields, typed; every error names the field from the body's root, its value and the rule.</summary>
internal readonly struct RequestFields
{
    private const int ShownLength = 60;

    private readonly JsonElement element;
    private readonly string path;

    private RequestFields(JsonElement element, string path) => (this.element, this.path) = (element, path);

    /// <summary>The fields of an object.</summary>
    /// <exception cref="RequestException">It is none.</exception>
    public static RequestFields Of(JsonElement element, string path = "") => element.ValueKind is JsonValueKind.Object
        ? new RequestFields(element, path)
        : throw Refuse(path.Length == 0 ? null : path, $"{(path.Length == 0 ? "the body" : $"\"{path}\"")} is {Shown(element)}, and must be a JSON object");

    /// <summary>A string.</summary>
    public string Text(string field) => OptionalText(field) ?? throw Missing(field, "a string");

    /// <summary>A string, or null where the field is absent or null.</summary>
    public string? OptionalText(string field)
    {
        if (Find(field) is not { } value)
        {
            return null;
        }

        return value.ValueKind is JsonValueKind.String ? value.GetString() : throw Refused(field, value, "a string");
    }

    /// <summary>True, false, or false where the field is absent or null.</summary>
    public bool Flag(string field) => Find(field) switch
    {
        null => false,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Refused(field, value, "true or false"),
    };

    /// <summary>A whole number, or null where the field is absent or null.</summary>
    public int? OptionalNumber(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) => number,
        { } value => throw Refused(field, value, "a whole number"),
    };

    /// <summary>A number within bounds, or null where the field is absent or null.</summary>
    public float? OptionalReal(string field, float least, float most) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetSingle(out var number) && number >= least && number <= most => number,
        { } value => throw Refused(field, value, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"a number from {least} to {most}")),
    };

    /// <summary>A whole number within bounds, or null where the field is absent or null.</summary>
    public long? OptionalWhole(string field, long least, long most) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt64(out var number) && number >= least && number <= most => number,
        { } value => throw Refused(field, value, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"a whole number from {least} to {most}")),
    };

    /// <summary>An object's fields, or null where the field is absent or null.</summary>
    public RequestFields? OptionalObject(string field) => Find(field) is { } value ? Of(value, Name(field)) : null;

    /// <summary>A list's entries, or null where the field is absent or null.</summary>
    public JsonElement[]? OptionalList(string field, string rule) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } value => [.. value.EnumerateArray()],
        { } value => throw Refused(field, value, rule),
    };

    /// <summary>A field as it is, or null where it is absent or null.</summary>
    public JsonElement? Raw(string field) => Find(field);

    /// <summary>What is wrong with a field.</summary>
    public RequestException Wrong(string field, JsonElement value, string rule) => Refused(field, value, rule);

    /// <summary>A field's name from the body's root.</summary>
    public string NameOf(string field) => Name(field);

    /// <summary>The request's time from the field <c>timeout</c>, in seconds; the default where there is none.</summary>
    public TimeSpan Timeout() => Find("timeout") switch
    {
        null => RequestTime.Default,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var seconds)
            && seconds > 0 && seconds <= RequestTime.Longest.TotalSeconds => TimeSpan.FromSeconds(seconds),
        { } value => throw Refused("timeout", value, $"a number of seconds above 0 and at most {RequestTime.Longest.TotalSeconds:0}"),
    };

    /// <summary>The record's id as it came, string or number; null where there is none.</summary>
    public JsonElement? Id() => Find("id") switch
    {
        null => null,
        { ValueKind: JsonValueKind.String or JsonValueKind.Number } value => value.Clone(),
        { } value => throw Refused("id", value, "a string or a number"),
    };

    /// <summary>A conversation; null where the field is absent or null.</summary>
    public ChatTurn[]? OptionalTurns(string field)
    {
        var path = Name(field);
        return OptionalList(field, "a list of {\"role\",\"content\"}") is not { } list ? null :
        [
            .. list.Select((entry, i) =>
            {
                var turn = Of(entry, $"{path}[{i}]");
                return new ChatTurn(turn.Text("role"), turn.Text("content"));
            }),
        ];
    }

    /// <summary>The candidates; null where the field is absent or null.</summary>
    public Candidate[]? OptionalCandidates()
    {
        const string Field = "candidates";
        if (Find(Field) is not { } list)
        {
            return null;
        }

        if (list.ValueKind is not JsonValueKind.Array)
        {
            throw Refused(Field, list, "a list of {\"model\",\"text\"}");
        }

        var candidates = new Candidate[list.GetArrayLength()];
        var index = 0;
        foreach (var entry in list.EnumerateArray())
        {
            var fields = Of(entry, $"{Field}[{index}]");
            candidates[index++] = new Candidate(fields.OptionalText("model"), fields.Text("text"));
        }

        return candidates;
    }

    /// <summary>The candidates.</summary>
    public Candidate[] Candidates() => OptionalCandidates() ?? throw Missing("candidates", "a list of {\"model\",\"text\"}");

    private JsonElement? Find(string field) =>
        element.TryGetProperty(field, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    private string Name(string field) => path.Length == 0 ? field : $"{path}.{field}";

    private RequestException Missing(string field, string kind) => Refuse(Name(field), $"\"{Name(field)}\" is missing, and must be {kind}");

    private RequestException Refused(string field, JsonElement value, string kind) =>
        Refuse(Name(field), $"\"{Name(field)}\" is {Shown(value)}, and must be {kind}");

    private static RequestException Refuse(string? parameter, string message) => new(ApiError.Invalid(parameter, message));

    private static string Shown(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= ShownLength ? text : string.Concat(text.AsSpan(0, ShownLength), "…");
    }
}
