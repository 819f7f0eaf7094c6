using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LLMBlender.Abstractions.Json;
using LLMBlender.Core.Evaluation;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>
/// MixInstruct's <c>cmp_results</c>: a judge's verdicts on pairs of models, as a JSON string within the JSON; <c>"null"</c> if
/// there are none. A plain object is accepted too.
/// </summary>
/// <param name="Verdicts">The verdict on each <c>"modelA,modelB"</c>, in the file's order.</param>
internal sealed record ComparisonResults(IReadOnlyList<(string Pair, PairVerdict Verdict)> Verdicts)
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly (PairVerdict Verdict, string Text)[] Texts =
    [
        (PairVerdict.FirstBetter, "A is better"),
        (PairVerdict.SecondBetter, "B is better"),
        (PairVerdict.SameGood, "Same good"),
        (PairVerdict.SameBad, "Same bad"),
    ];

    /// <summary>The pair's name in the file.</summary>
    public static string Pair(string first, string second) => $"{first},{second}";

    /// <summary>Reads a record's verdicts; null if it has none.</summary>
    /// <exception cref="RecordException">The value is not an object of verdicts, or a verdict is unknown.</exception>
    public static ComparisonResults? Read(RecordFields record)
    {
        if (record.Find("cmp_results") is not { } found)
        {
            return null;
        }

        if (found.ValueKind is not JsonValueKind.String)
        {
            return Of(found, record);
        }

        try
        {
            using var inner = JsonDocument.Parse(record.Text("cmp_results"));
            return inner.RootElement.ValueKind is JsonValueKind.Null ? null : Of(inner.RootElement, record);
        }
        catch (JsonException e)
        {
            throw new RecordException("\"cmp_results\" is not valid JSON, and must be a string that holds an object", e);
        }
    }

    /// <summary>Writes the field.</summary>
    public static void Write(Utf8JsonWriter json, ComparisonResults? results) =>
        json.WriteText("cmp_results", results is null ? "null" : results.Text());

    /// <summary>The verdicts on pairs of the given models.</summary>
    /// <param name="models">The candidates' models, in order.</param>
    public Judgements For(string[] models) => new(models.Length, Verdicts.SelectMany(one => Split(one.Pair, models)
        .Select(pair => new Judgement(pair.First, pair.Second, one.Verdict))));

    private static ComparisonResults Of(JsonElement found, RecordFields record)
    {
        if (found.ValueKind is not JsonValueKind.Object)
        {
            throw record.Refused("cmp_results", "must be an object of verdicts, or a string that holds one");
        }

        return new ComparisonResults([.. found.EnumerateObject().Select(static field => (field.Name, Verdict(field)))]);
    }

    private static PairVerdict Verdict(JsonProperty field)
    {
        var text = field.Value.ValueKind is JsonValueKind.String ? RecordFields.TextOf(field.Value, $"cmp_results.{field.Name}") : null;
        var at = Array.FindIndex(Texts, one => one.Text == text);
        return at >= 0 ? Texts[at].Verdict : throw new RecordException(
            $"\"cmp_results\" says {JsonFault.Shown(field.Value)} of \"{field.Name}\", and must say one of {string.Join(", ", Texts.Select(static one => one.Text))}");
    }

    // A model's name may contain a comma.
    private static IEnumerable<(int First, int Second)> Split(string pair, string[] models)
    {
        for (var comma = pair.IndexOf(',', StringComparison.Ordinal); comma >= 0; comma = pair.IndexOf(',', comma + 1))
        {
            var (first, second) = (Array.IndexOf(models, pair[..comma]), Array.IndexOf(models, pair[(comma + 1)..]));
            if (first >= 0 && second >= 0 && first != second)
            {
                yield return (first, second);
                yield break;
            }
        }
    }

    private string Text()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            foreach (var (pair, verdict) in Verdicts)
            {
                json.WriteString(pair, Array.Find(Texts, one => one.Verdict == verdict).Text);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
