using System.Text.Json;
using LLMBlender.Abstractions;

namespace LLMBlender.Local.Wire;

/// <summary>Assembles the log probabilities of an answer's tokens from its parts. Used by one answer.</summary>
/// <param name="maxLength">The maximum length of the JSON of all parts.</param>
internal sealed class LogprobsAssembler(int maxLength)
{
    private readonly Dictionary<string, List<JsonElement>> lists = [];
    private readonly List<JsonElement> parts = [];
    private long length;

    /// <summary>Adds a part: an object of lists, one for the text and one for a refusal.</summary>
    /// <exception cref="BackendException">The parts are too long.</exception>
    public void Add(JsonElement part)
    {
        if (part.ValueKind is not JsonValueKind.Object || !part.EnumerateObject().Any(static list => list.Value.ValueKind is JsonValueKind.Array) || !part.IsValidText())
        {
            return;
        }

        length += part.GetRawText().Length;
        if (length > maxLength)
        {
            throw new BackendException(BlendFailureReason.Faulted, $"the log probabilities of its answer are longer than {maxLength} characters");
        }

        parts.Add(part);
        foreach (var list in part.EnumerateObject())
        {
            if (!lists.TryGetValue(list.Name, out var known))
            {
                lists[list.Name] = known = [];
            }

            known.AddRange(((JsonElement?)list.Value).Entries());
        }
    }

    /// <summary>Takes the parts since the last call, as one JSON object; null for none.</summary>
    public string? Take()
    {
        var taken = parts.Count == 0 ? null : parts.Count == 1 ? parts[0].GetRawText() : Join(parts);
        parts.Clear();
        return taken;
    }

    /// <summary>Returns all parts as one JSON object; null for none.</summary>
    public string? Complete() => lists.Count == 0 ? null : JsonSerializer.Serialize(lists.ToDictionary(static list => list.Key, static list => list.Value.Count > 0 ? list.Value : null), JsonOptions);

    private static string Join(List<JsonElement> parts) => JsonSerializer.Serialize(
        parts.SelectMany(static part => part.EnumerateObject()).GroupBy(static list => list.Name)
            .ToDictionary(static list => list.Key, static list => list.SelectMany(static part => ((JsonElement?)part.Value).Entries()).ToList() is { Count: > 0 } entries ? entries : null),
        JsonOptions);

    private static readonly JsonSerializerOptions JsonOptions = new() { Encoder = Abstractions.Json.JsonText.WriterOptions.Encoder };
}
