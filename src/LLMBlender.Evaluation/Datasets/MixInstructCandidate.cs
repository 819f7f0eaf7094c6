using System.Globalization;
using System.Text.Json;
using LLMBlender.Abstractions.Json;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>A MixInstruct candidate.</summary>
/// <param name="Model">The model's name; null if unknown.</param>
/// <param name="Text">Its text.</param>
/// <param name="DecodingMethod">The decoding method; null if unknown.</param>
/// <param name="Scores">Its numeric scores by name.</param>
/// <param name="Unknown">Other fields.</param>
internal sealed record MixInstructCandidate(
    string? Model,
    string Text,
    string? DecodingMethod,
    IReadOnlyDictionary<string, double> Scores,
    IReadOnlyList<UnknownField> Unknown)
{
    private static readonly string[] Known = ["model", "text", "decoding_method", "scores"];

    /// <summary>Reads a candidate. A missing text is read as empty.</summary>
    /// <exception cref="RecordException">A field is invalid.</exception>
    public static MixInstructCandidate Read(RecordFields candidate) => new(
        candidate.OptionalText("model"),
        candidate.OptionalText("text") ?? "",
        candidate.OptionalText("decoding_method"),
        ReadScores(candidate),
        UnknownField.Of(candidate, Known));

    /// <summary>Writes the candidate as an object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (DecodingMethod is not null)
        {
            json.WriteText("decoding_method", DecodingMethod);
        }

        if (Model is not null)
        {
            json.WriteText("model", Model);
        }

        json.WriteText("text", Text);
        json.WriteStartObject("scores");
        foreach (var (name, score) in Scores)
        {
            json.WriteNumber(name, score);
        }

        json.WriteEndObject();
        UnknownField.Write(json, Unknown);
        json.WriteEndObject();
    }

    private static Dictionary<string, double> ReadScores(RecordFields candidate)
    {
        var scores = new Dictionary<string, double>(StringComparer.Ordinal);
        if (candidate.Find("scores") is not { } found)
        {
            return scores;
        }

        if (found.ValueKind is not JsonValueKind.Object)
        {
            throw candidate.Refused("scores", "must be an object of numbers");
        }

        foreach (var score in found.EnumerateObject())
        {
            if (Number(score.Value) is { } number)
            {
                scores[score.Name] = number;
            }
            else if (score.Value.ValueKind is not JsonValueKind.Null)
            {
                throw new RecordException($"\"{candidate.Name("scores")}.{score.Name}\" is {JsonFault.Shown(score.Value)}, and must be a number");
            }
        }

        return scores;
    }

    // Some files contain numbers as strings.
    private static double? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number) => number,
        JsonValueKind.String when double.TryParse(RecordFields.TextOf(value, "scores"), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) => number,
        _ => null,
    };
}
