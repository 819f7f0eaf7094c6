using System.Globalization;
using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Local.Wire;

namespace LLMBlender.Local.Scoring;

/// <summary>Reads scores of an answer and checks them.</summary>
internal static class ScoreList
{
    // Far above any model's logit; keeps differences finite in single precision.
    private const double Largest = 1e6;

    /// <summary>Reads a list of objects, each with a text's index and its score, in any order.</summary>
    /// <param name="list">The list.</param>
    /// <param name="name">Its name in errors.</param>
    /// <param name="field">The name of the score's field.</param>
    /// <param name="count">The number of texts.</param>
    public static double[] ReadIndexed(JsonElement? list, string name, string field, int count)
    {
        var scores = new double?[count];
        foreach (var entry in Entries(list, name, count))
        {
            var index = entry.Field("index") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value) ? value : -1;
            if (index < 0 || index >= count || scores[index] is not null)
            {
                throw Invalid($"{name} contains the index {Shown(entry.Field("index"))}, and must contain each index from 0 to {count - 1} once");
            }

            scores[index] = ReadScore(entry.Field(field), $"the {field} of text {index}");
        }

        return Array.ConvertAll(scores, static score => score!.Value);
    }

    /// <summary>Returns a list's entries.</summary>
    /// <exception cref="BackendException">It is no list, or has not one entry for each text.</exception>
    public static JsonElement[] Entries(JsonElement? list, string name, int count)
    {
        if (list is not { ValueKind: JsonValueKind.Array } array)
        {
            throw Invalid($"{name} is missing, and must be a list with an entry for each text");
        }

        return array.GetArrayLength() == count
            ? [.. array.EnumerateArray()]
            : throw Invalid($"{name} has {array.GetArrayLength()} entries, and must have one for each of the {count} texts");
    }

    /// <summary>Reads a score.</summary>
    /// <exception cref="BackendException">It is no finite number, or larger than any score.</exception>
    public static double ReadScore(JsonElement? value, string name) =>
        value is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var score) && Math.Abs(score) <= Largest
            ? score
            : throw Invalid(string.Create(CultureInfo.InvariantCulture, $"{name} is {Shown(value)}, and must be a number from {-Largest} to {Largest}"));

    /// <summary>Returns the score of a label: the score itself if it is the only one or a probability, otherwise its log odds against the others.</summary>
    public static double OfLabel(double[] scores, int label, bool areProbabilities)
    {
        if (areProbabilities || scores.Length == 1)
        {
            return scores[label];
        }

        var others = scores.Where((_, i) => i != label).ToArray();
        var most = others.Max();
        return scores[label] - most - Math.Log(others.Sum(score => Math.Exp(score - most)));
    }

    /// <summary>The failure of an answer that breaks the API's form.</summary>
    public static BackendException Invalid(string problem) => new(BlendFailureReason.Faulted, $"its answer is invalid: {problem}");

    private static string Shown(JsonElement? value)
    {
        var text = value?.GetRawText() ?? "missing or not finite";
        return text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "…");
    }
}
