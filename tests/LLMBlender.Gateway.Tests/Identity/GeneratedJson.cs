using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;

namespace LLMBlender.Gateway.Tests.Identity;

/// <summary>Generators of JSON text.</summary>
internal static class GeneratedJson
{
    private static readonly Gen<string> Piece = OneOf("a", "Which?", " ", "\n", "\"", "\\", "é", "\U0001F600", "{\"x\":1}", "</s>", "data: ", "\t", "\u2028", "0");

    /// <summary>A text.</summary>
    public static Gen<string> Characters { get; } = Piece.Array[1, 6].Select(static pieces => string.Concat(pieces));

    /// <summary>A text that is not only white space and begins with no tag.</summary>
    public static Gen<string> Sentence { get; } = Characters.Select(static text => $"I say {text}.");

    /// <summary>A string, escaped as little as possible or as much.</summary>
    public static Gen<string> Text { get; } = Gen.Select(Characters, Gen.Bool, static (text, isPlain) => Quote(text, isPlain));

    /// <summary>A value of any type, up to three levels deep.</summary>
    public static Gen<string> Value { get; } = Nested(3);

    /// <summary>An object with the fields that are generated; null stands for an absent one.</summary>
    public static Gen<string> Object(params (string Name, Gen<string?> Value)[] fields)
    {
        var all = Gen.Const(new List<string>());
        foreach (var (name, value) in fields)
        {
            all = Gen.Select(all, value, (list, json) => json is null ? list : [.. list, $"{Quote(name, true)}: {json}"]);
        }

        return all.Select(static list => $"{{{string.Join(", ", list)}}}");
    }

    /// <summary>One of some values.</summary>
    public static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>A field that is always there.</summary>
    public static Gen<string?> Always(Gen<string> value) => value.Select(static json => (string?)json);

    /// <summary>A field with one of some values.</summary>
    public static Gen<string?> Always(params string[] values) => Always(OneOf(values));

    /// <summary>A field that is there in one case of two.</summary>
    public static Gen<string?> Maybe(Gen<string> value) => Gen.Select(Gen.Bool, value, static (isThere, json) => isThere ? json : null);

    /// <summary>A field that has one of some values in one case of two.</summary>
    public static Gen<string?> Maybe(params string[] values) => Maybe(OneOf(values));

    /// <summary>A list.</summary>
    public static Gen<string> List(Gen<string> entry, int min, int max) => entry.Array[min, max].Select(static entries => $"[{string.Join(", ", entries)}]");

    /// <summary>A list of these entries.</summary>
    public static Gen<string> List(params Gen<string>[] entries)
    {
        var all = Gen.Const(new List<string>());
        foreach (var entry in entries)
        {
            all = Gen.Select(all, entry, static (list, json) => (List<string>)[.. list, json]);
        }

        return all.Select(static list => $"[{string.Join(", ", list)}]");
    }

    /// <summary>Writes a string.</summary>
    public static string Quote(string text, bool isPlain) =>
        isPlain ? JsonValue.Create(text).ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) : JsonSerializer.Serialize(text);

    /// <summary>Asserts that two objects have the same fields with the same values; null fields count as absent.</summary>
    public static void AssertSame(JsonNode? expected, JsonNode? actual, string path)
    {
        if (expected is JsonObject fields && actual is JsonObject others)
        {
            foreach (var name in fields.Select(static field => field.Key).Concat(others.Select(static field => field.Key)).Distinct())
            {
                AssertSame(fields[name], others[name], $"{path}.{name}");
            }
        }
        else if (expected is JsonArray entries && actual is JsonArray same && entries.Count == same.Count)
        {
            foreach (var (i, entry) in entries.Index())
            {
                AssertSame(entry, same[i], $"{path}[{i}]");
            }
        }
        else
        {
            Assert.True(JsonNode.DeepEquals(expected, actual), $"{path}: expected {expected?.ToJsonString()}, got {actual?.ToJsonString()}");
        }
    }

    private static Gen<string> Nested(int depth)
    {
        var scalar = Gen.OneOf(OneOf("true", "false", "0", "1.50", "-3e2", "123456789012345678", "\"\"", "{}", "[]"), Text);
        if (depth == 0)
        {
            return scalar;
        }

        var inner = Nested(depth - 1);
        return Gen.OneOf(scalar, List(inner, 0, 3), Object(("a", Maybe(inner)), ("b c", Maybe(inner)), ("é", Maybe(inner))));
    }
}
