using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LLMBlender.TestKit.Fuzzing;

/// <summary>Changes valid inputs: their bytes, or the values, names and nesting of a JSON document. The same seed gives the same inputs.</summary>
/// <param name="seed">The seed.</param>
public sealed class Mutator(int seed)
{
    private static readonly string[] Fragments =
    [
        "null", "{}", "[]", "\"\"", "-1", "1e999", "NaN", "true", "\"\\ud800\"", "\n", "\r\n", "\n\n", "data: ", "data:", "event: error\n", "[DONE]", "{", "}", "[", "]", "\"", "\\",
        ",", ":", "\uFEFF", "\0", "\u2028", "\u202E", "\u001b[2J", "//", "/*", "18446744073709551616", "-0", "1E-400", "\\u0000", "<<", "&a ", "*a ", "!!binary ", "- ", "? ", "|\n", "%",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "false", "{}", "[]", "[null]", "[[]]", "\"\"", "\" \"", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"\\u001b[2J\"", "\"a\"", "\"0\"", "\"-1\"", "\"none\"", "0", "-1", "1", "2", "255", "256", "65536",
        "2147483647", "2147483648", "-2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e30", "1e308", "1e999", "-1e999", "0.5", "-0.5", "1e-320", "1.0000000000000000000001",
        "\"../../etc/passwd\"", "\"http://[::1\"", "\"C:\\\\\"", "{\"type\":\"object\"}", "[0,0,0,0,0,0,0,0]", "{\"\":\"\"}",
    ];

    // As the writer escapes it.
    private const string Placeholder = "\"\\u0001VALUE\"";

    private readonly Random random = new(seed);

    /// <summary>A changed input: in its structure if it is JSON, mostly, and otherwise in its bytes.</summary>
    public byte[] Next(byte[] valid)
    {
        if (random.Next(4) > 0 && AsJson(valid) is { } json)
        {
            var changed = Json(json);
            return random.Next(8) == 0 ? Bytes(changed) : changed;
        }

        return Bytes(valid);
    }

    /// <summary>An input with up to four changes of its bytes.</summary>
    public byte[] Bytes(byte[] valid)
    {
        var bytes = valid.ToList();
        for (var left = random.Next(4); left >= 0; left--)
        {
            ChangeBytes(bytes);
        }

        return [.. bytes];
    }

    /// <summary>A number below the bound.</summary>
    public int Below(int bound) => random.Next(bound);

    /// <summary>One of several.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    private void ChangeBytes(List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        switch (random.Next(8))
        {
            case 0 or 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 3:
                bytes.RemoveRange(at, Math.Min(random.Next(20), bytes.Count - at));
                break;
            case 4 when random.Next(4) == 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5:
                var from = random.Next(bytes.Count + 1);
                bytes.InsertRange(at, bytes.GetRange(from, Math.Min(random.Next(200), bytes.Count - from)));
                break;
            case 6 when at + 4 <= bytes.Count:
                // A length or a number of four bytes.
                var number = BitConverter.GetBytes(Pick([0, 1, -1, int.MaxValue, int.MinValue, bytes.Count, 1 << 20]));
                bytes.RemoveRange(at, number.Length);
                bytes.InsertRange(at, number);
                break;
            default:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pick(Fragments)));
                break;
        }
    }

    private byte[] Json(JsonNode json)
    {
        var root = json;
        for (var left = random.Next(3); left >= 0; left--)
        {
            root = Change(root);
        }

        // Placeholders become values that a document of .NET can't hold, names that occur twice, and half of a surrogate pair.
        var text = (root?.ToJsonString() ?? "null").Replace("\\u0002", "", StringComparison.Ordinal).Replace("\\u0003", "\\ud800", StringComparison.Ordinal);
        for (int at; (at = text.IndexOf(Placeholder, StringComparison.Ordinal)) >= 0;)
        {
            text = string.Concat(text.AsSpan(0, at), Raw(), text.AsSpan(at + Placeholder.Length));
        }

        return Encoding.UTF8.GetBytes(text);
    }

    private string Raw() => random.Next(40) switch
    {
        0 => string.Concat(Enumerable.Repeat("[", 70)) + string.Concat(Enumerable.Repeat("]", 70)),
        1 => string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200),
        2 => "\"" + new string('a', 5000) + "\"",
        3 => "[" + string.Join(',', Enumerable.Repeat("1", 2000)) + "]",
        4 => "\"\\ud800\"",
        5 => "{\"a\":1,\"a\":2}",
        _ => Pick(Values),
    };

    private JsonNode? Change(JsonNode? root)
    {
        var nodes = new List<JsonNode?>();
        Collect(root, nodes);
        if (nodes.Count == 0)
        {
            return root;
        }

        switch (Pick(nodes))
        {
            case JsonObject { Count: > 0 } fields when random.Next(3) > 0:
                ChangeField(fields, nodes);
                return root;
            case JsonArray { Count: > 0 } items when random.Next(3) > 0:
                ChangeItem(items, nodes);
                return root;
            case { Parent: JsonObject parent } node:
                parent[node.GetPropertyName()] = "\u0001VALUE";
                return root;
            case { Parent: JsonArray parent } node:
                parent[node.GetElementIndex()] = "\u0001VALUE";
                return root;
            default:
                return random.Next(10) == 0 ? "\u0001VALUE" : root;
        }
    }

    private void ChangeField(JsonObject fields, List<JsonNode?> nodes)
    {
        var name = Pick([.. fields.Select(static field => field.Key)]);
        var value = fields[name];
        switch (random.Next(6))
        {
            case 0:
                fields.Remove(name);
                break;
            case 1:
                fields.Remove(name);
                fields[Pick(["", name + "x", name.ToUpperInvariant(), "\u0000", "\u0003", "$type", "__proto__", new string('n', 300)])] = value;
                break;
            case 2:
                fields[name] = Pick(nodes)?.DeepClone();
                break;
            case 3:
                fields[name] = new JsonArray(value?.DeepClone());
                break;
            case 4 when random.Next(2) == 0:
                fields["\u0002" + name] = Pick(nodes)?.DeepClone();
                break;
            default:
                fields[name] = "\u0001VALUE";
                break;
        }
    }

    private void ChangeItem(JsonArray items, List<JsonNode?> nodes)
    {
        var at = random.Next(items.Count);
        switch (random.Next(6))
        {
            case 0:
                items.RemoveAt(at);
                break;
            case 1:
                for (var left = random.Next(1, 30); left > 0; left--)
                {
                    items.Add(items[at]?.DeepClone());
                }

                break;
            case 2:
                items[at] = Pick(nodes)?.DeepClone();
                break;
            case 3:
                var moved = items[at];
                items.RemoveAt(at);
                items.Insert(random.Next(items.Count + 1), moved);
                break;
            default:
                items[at] = "\u0001VALUE";
                break;
        }
    }

    // At most a thousand nodes: large vocabularies would hide the rest.
    private static void Collect(JsonNode? node, List<JsonNode?> nodes)
    {
        if (nodes.Count == 1000)
        {
            return;
        }

        nodes.Add(node);
        foreach (var child in node switch
        {
            JsonObject fields => fields.Select(static field => field.Value),
            JsonArray items => items.AsEnumerable(),
            _ => [],
        })
        {
            Collect(child, nodes);
        }
    }

    private static JsonNode? AsJson(byte[] valid)
    {
        try
        {
            // The parser checks strings only when they are read.
            return JsonNode.Parse(System.Text.Encoding.UTF8.GetString(valid));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
