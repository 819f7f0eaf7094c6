using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Inference;

namespace LLMBlender.Training.Network;

/// <summary>Typed reads from a config.json, each error naming the file, the field, its value and the rule.</summary>
internal sealed class ConfigReader(JsonObject json, string file)
{
    public int Positive(string field)
    {
        int value = Integer(field, 0);
        return value > 0 ? value : throw Wrong(field, "must be a positive whole number");
    }

    public int Integer(string field, int otherwise) => Value(field, otherwise, "must be a whole number");

    public double Real(string field, double otherwise) => Value(field, otherwise, "must be a number");

    public void Require<T>(string field, T wanted)
        where T : IEquatable<T>
    {
        T found = Value(field, wanted, $"must be {wanted}");
        if (!found.Equals(wanted))
        {
            throw Wrong(field, $"only {wanted} is supported");
        }
    }

    public void RequireAbsentOrZero(string field)
    {
        if (Integer(field, 0) > 0)
        {
            throw Wrong(field, "only 0 is supported");
        }
    }

    // Published configs spell it as "p2c|c2p" or as an array.
    public void RequireBothPositionTerms()
    {
        const string field = "pos_att_type";
        IEnumerable<string?> terms = json[field] switch
        {
            JsonArray array => array.Select(term => term?.ToString()),
            JsonValue value => value.ToString().Split('|'),
            _ => [],
        };
        if (!terms.Order(StringComparer.Ordinal).SequenceEqual(["c2p", "p2c"]))
        {
            throw Wrong(field, "must hold c2p and p2c");
        }
    }

    private T Value<T>(string field, T otherwise, string rule)
    {
        JsonNode? node = json[field];
        if (node is null)
        {
            return otherwise;
        }

        try
        {
            return node.GetValue<T>();
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or JsonException)
        {
            throw Wrong(field, rule);
        }
    }

    private ModelException Wrong(string field, string rule) =>
        new(file, $"{field} is {json[field]?.ToJsonString() ?? "absent"}; {rule}");
}
