using System.Text;
using System.Text.Json;

namespace LLMBlender.Evaluation.Reports;

/// <summary>Writes the part of an HTML report that shows records with their answers and matrices; the script builds it from JSON.</summary>
internal static class RecordBrowser
{
    /// <summary>The records that a report shows at most, the first ones; the file stays small enough to open.</summary>
    public const int MostRecords = 1000;

    private const int Digits = 3;

    /// <summary>Appends the section.</summary>
    public static void Write(StringBuilder page, EvaluationReport report)
    {
        page.Append("<h2>Records</h2><p>Each record's answers in the order of the ranker. A search looks at instructions, subsets and models.</p>\n")
            .Append("<div id=\"records\"><p>The records need JavaScript.</p></div>\n<script type=\"application/json\" id=\"data\">")
            .Append(Json(report)).Append("</script>\n");
    }

    // The default encoder escapes <, > and &, so that no text can end the element.
    private static string Json(EvaluationReport report)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("criterion", report.Criterion);
            json.WriteStartArray("records");
            foreach (var record in report.Records)
            {
                Record(json, record);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Record(Utf8JsonWriter json, RecordView record)
    {
        json.WriteStartObject();
        json.WriteString("id", record.Id);
        Optional(json, "group", record.Group);
        json.WriteString("instruction", record.Instruction);
        Optional(json, "input", record.Input.Length > 0 ? record.Input : null);
        Optional(json, "reference", record.Reference);
        Optional(json, "fused", record.Fused);
        json.WriteStartArray("candidates");
        foreach (var candidate in record.Candidates)
        {
            json.WriteStartObject();
            json.WriteString("model", candidate.Model);
            json.WriteString("text", candidate.Text);
            Number(json, "score", candidate.Score);
            Number(json, "quality", candidate.Quality);
            Number(json, "rank", candidate.Rank);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("matrix");
        foreach (var logit in record.Matrix)
        {
            json.WriteNumberValue(Math.Round(logit, 2));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Optional(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            json.WriteNumber(name, Math.Round(number, Digits));
        }
    }
}
