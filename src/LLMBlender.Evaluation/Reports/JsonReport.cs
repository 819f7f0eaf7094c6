using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LLMBlender.Abstractions.Json;
using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Reports;

/// <summary>
/// Writes a report as JSON with numbers in full precision; a missing value is null. A value is <c>{value, low, high,
/// records}</c>.
/// </summary>
internal static class JsonReport
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Returns the document.</summary>
    public static string Write(EvaluationReport report)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Indented))
        {
            json.WriteStartObject();
            json.WriteStartObject("run");
            foreach (var (name, value) in report.Facts)
            {
                json.WriteText(name.Replace(' ', '_'), value);
            }

            json.WriteEndObject();
            json.WriteText("finding", report.Finding);
            json.WriteText("yardstick", report.Criterion);
            Table2(json, report);
            Tables(json, report);
            Plots(json, report);
            List(json, "notes", report.Notes, static (json, note) => json.WriteStringValue(note));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void Table2(Utf8JsonWriter json, EvaluationReport report)
    {
        Objects(json, "columns", report.Columns, static (json, column) =>
        {
            json.WriteText("name", column.Name);
            json.WriteText("description", column.Description);
            json.WriteBoolean("lower_is_better", column.LowerIsBetter);
        });
        Objects(json, "rows", report.Rows, (json, row) =>
        {
            json.WriteText("kind", row.Kind);
            json.WriteText("name", row.Name);
            json.WriteStartObject("figures");
            for (var i = 0; i < row.Cells.Length; i++)
            {
                Figure(json, report.Columns[i].Name, row.Cells[i]);
            }

            json.WriteEndObject();
        });
    }

    private static void Tables(Utf8JsonWriter json, EvaluationReport report)
    {
        Objects(json, "against_best_model", report.Differences, static (json, row) =>
        {
            json.WriteText("name", row.Name);
            Figure(json, "quality", row.Quality);
            Figure(json, "difference", row.Difference);
            Figure(json, "rank_difference", row.Rank);
            Figure(json, "better", row.Wins);
        });
        Objects(json, "best_by_subset", report.Subsets, static (json, row) =>
        {
            json.WriteText("name", row.Name);
            json.WriteStartObject("subsets");
            foreach (var (group, share) in row.Groups)
            {
                Figure(json, group, share);
            }

            json.WriteEndObject();
        });
        if (report.CalibrationError is { } error)
        {
            json.WriteNumber("expected_calibration_error", error);
        }

        Objects(json, "reliability", report.Reliability, static (json, row) =>
        {
            json.WriteText("range", row.Name);
            Figure(json, "confidence", row.Confidence);
            Figure(json, "right", row.Right);
        });
        Objects(json, "coverage", report.Coverage, static (json, row) =>
        {
            json.WriteText("share", row.Name);
            json.WriteNumber("threshold", row.Threshold);
            Figure(json, "right", row.Right);
            Figure(json, "quality", row.Quality);
        });
        Objects(json, "agreement", report.Agreement, static (json, row) =>
        {
            json.WriteText("name", row.Name);
            Figure(json, "pearson", row.Pearson);
            Figure(json, "spearman", row.Spearman);
            Figure(json, "footrule", row.Footrule);
            Figure(json, "spearman_of_records", row.SpearmanOfRecords);
            Figure(json, "kendall_of_records", row.KendallOfRecords);
        });
        Objects(json, "position_bias", report.Bias, static (json, row) =>
        {
            json.WriteText("name", row.Name);
            Figure(json, "turned", row.Turned);
            Figure(json, "asymmetry", row.Asymmetry);
            Figure(json, "size", row.Size);
            Figure(json, "first_wins", row.FirstWins);
        });
        Objects(json, "aggregations", report.Engines, static (json, row) =>
        {
            json.WriteText("name", row.Name);
            Figure(json, "comparisons", row.Comparisons);
            Figure(json, "share", row.Share);
            Figure(json, "rounds", row.Rounds);
            Figure(json, "same_best", row.SameBest);
            Figure(json, "other_best_in_reverse", row.Reordered);
            Figure(json, "quality", row.Quality);
            json.WriteText("about_position", row.Position);
        });
    }

    private static void Plots(Utf8JsonWriter json, EvaluationReport report)
    {
        Objects(json, "rank_counts", report.RankCounts, static (json, row) =>
        {
            json.WriteText("name", row.Name);
            List(json, "counts", row.Counts, static (json, count) => json.WriteNumberValue(count));
        });
        List(json, "models", report.Models, static (json, model) => json.WriteStringValue(model));
        Objects(json, "best_where", report.Bests, static (json, row) =>
        {
            json.WriteText("group", row.Group);
            json.WriteNumber("records", row.Records);
            List(json, "shares", row.Shares, static (json, share) => json.WriteNumberValue(share));
        });
        Objects(json, "matrix_examples", report.Examples, static (json, example) =>
        {
            json.WriteText("why", example.Why);
            json.WriteText("id", example.Id);
            json.WriteText("title", example.Title);
            List(json, "models", example.Models, static (json, model) => json.WriteStringValue(model));
            List(json, "matrix", Enumerable.Range(0, example.Models.Length).ToArray(), (json, i) =>
            {
                json.WriteStartArray();
                for (var j = 0; j < example.Models.Length; j++)
                {
                    json.WriteNumberValue(example.Matrix[i, j]);
                }

                json.WriteEndArray();
            });
        });
    }

    private static void Objects<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write) =>
        List(json, name, items, (json, item) =>
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        });

    private static void List<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
    }

    private static void Figure(Utf8JsonWriter json, string name, Interval figure)
    {
        json.WritePropertyName(name);
        if (!figure.IsThere)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteNumber("value", figure.Value);
        Number(json, "low", figure.Low);
        Number(json, "high", figure.High);
        json.WriteNumber("records", figure.Count);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double number)
    {
        if (double.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
