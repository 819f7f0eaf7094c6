using System.Text.Json;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>
/// A judge's verdict on each ordered pair, in addition to MixInstruct's one per pair: the field <c>judgements</c>,
/// <c>{"judge":"NAME","verdicts":{"a,b":2,…}}</c>, from −2 to 2, above 0 if the first, <c>a</c>, is better.
/// </summary>
internal static class JudgedOrders
{
    /// <summary>The field's name.</summary>
    public const string Field = "judgements";

    /// <summary>Creates the field from a record's verdicts.</summary>
    public static UnknownField Write(string judge, IEnumerable<(string First, string Second, float Verdict)> verdicts)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteText("judge", judge);
            json.WriteStartObject("verdicts");
            foreach (var (first, second, verdict) in verdicts)
            {
                json.WriteNumber(ComparisonResults.Pair(first, second), verdict);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new UnknownField(Field, System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    /// <summary>Reads a record's verdicts as a matrix; null if any is missing.</summary>
    public static float[,]? Read(IReadOnlyList<UnknownField> fields, string[] models)
    {
        if (fields.FirstOrDefault(static field => field.Name == Field) is not { Json: { } text })
        {
            return null;
        }

        using var json = JsonDocument.Parse(text);
        if (json.RootElement.ValueKind is not JsonValueKind.Object
            || !json.RootElement.TryGetProperty("verdicts", out var verdicts) || verdicts.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        var matrix = new float[models.Length, models.Length];
        for (var i = 0; i < models.Length; i++)
        {
            for (var j = 0; j < models.Length; j++)
            {
                if (i != j && !(verdicts.TryGetProperty(ComparisonResults.Pair(models[i], models[j]), out var verdict)
                    && verdict.ValueKind is JsonValueKind.Number && verdict.TryGetSingle(out matrix[i, j])))
                {
                    return null;
                }
            }
        }

        return matrix;
    }
}
