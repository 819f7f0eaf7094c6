using System.Text.Json;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Evaluation.Runs;

/// <summary>Serializes a record's finding as a line of the work file. Numbers round-trip; NaN is null.</summary>
internal static class FindingJson
{
    /// <summary>Writes the fields.</summary>
    public static void Write(Utf8JsonWriter json, RecordFinding finding)
    {
        WriteMatrix(json, "matrix", finding.Matrix);
        json.WriteStartObject("metrics");
        foreach (var (name, scores) in finding.Metrics)
        {
            WriteNumbers(json, name, scores);
        }

        json.WriteEndObject();
        json.WriteStartObject("rankers");
        foreach (var (name, ranker) in finding.Rankers)
        {
            json.WriteStartObject(name);
            WriteNumbers(json, "scores", ranker.Scores);
            if (ranker.Matrix is { } matrix)
            {
                WriteMatrix(json, "matrix", matrix);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        WriteBlend(json, finding.Blend);
    }

    /// <summary>Reads the fields.</summary>
    /// <exception cref="InvalidOperationException">The line is not a finding.</exception>
    /// <exception cref="KeyNotFoundException">The line is not a finding.</exception>
    public static RecordFinding Read(JsonElement line)
    {
        var blend = line.GetProperty("blend");
        return new RecordFinding(
            Matrix(line.GetProperty("matrix")),
            line.GetProperty("metrics").EnumerateObject().ToDictionary(static field => field.Name, static field => Numbers(field.Value)),
            line.GetProperty("rankers").EnumerateObject().ToDictionary(static field => field.Name, static field => new RankerFinding(
                Numbers(field.Value.GetProperty("scores")), field.Value.TryGetProperty("matrix", out var matrix) ? Matrix(matrix) : null)),
            new BlendFinding(
                blend.GetProperty("fused").GetBoolean(),
                blend.GetProperty("text").GetString(),
                blend.GetProperty("margin") is { ValueKind: JsonValueKind.Number } margin ? margin.GetDouble() : null,
                blend.GetProperty("metrics").EnumerateObject().ToDictionary(static field => field.Name, static field => Number(field.Value))));
    }

    private static void WriteBlend(Utf8JsonWriter json, BlendFinding blend)
    {
        json.WriteStartObject("blend");
        json.WriteBoolean("fused", blend.IsFused);
        if (blend.Text is null)
        {
            json.WriteNull("text");
        }
        else
        {
            json.WriteText("text", blend.Text);
        }

        json.WritePropertyName("margin");
        WriteNumber(json, blend.Margin ?? double.NaN);
        json.WriteStartObject("metrics");
        foreach (var (name, score) in blend.Metrics)
        {
            json.WritePropertyName(name);
            WriteNumber(json, score);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, double[] numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            WriteNumber(json, number);
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, double number)
    {
        if (double.IsFinite(number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private static void WriteMatrix(Utf8JsonWriter json, string name, float[,] matrix)
    {
        json.WriteStartArray(name);
        for (var i = 0; i < matrix.GetLength(0); i++)
        {
            json.WriteStartArray();
            for (var j = 0; j < matrix.GetLength(1); j++)
            {
                json.WriteNumberValue(matrix[i, j]);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static double Number(JsonElement value) => value.ValueKind is JsonValueKind.Null ? double.NaN : value.GetDouble();

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(Number)];

    private static float[,] Matrix(JsonElement rows)
    {
        var n = rows.GetArrayLength();
        var matrix = new float[n, n];
        var i = 0;
        foreach (var row in rows.EnumerateArray())
        {
            var j = 0;
            foreach (var logit in row.EnumerateArray())
            {
                matrix[i, j++] = logit.GetSingle();
            }

            i++;
        }

        return matrix;
    }
}
