using System.Text.Json;
using LLMBlender.Abstractions.Json;
using LLMBlender.Core.Evaluation;
using LLMBlender.Evaluation.Datasets;
using LLMBlender.Records;

namespace LLMBlender.Evaluation;

/// <summary>The parts of a record that a report uses; of its texts, only a title unless the report shows them.</summary>
/// <param name="Id">The record's id.</param>
/// <param name="Title">The beginning of its instruction.</param>
/// <param name="Group">Its subset of the data; null if it has none.</param>
/// <param name="Models">The candidates' models.</param>
/// <param name="FileScores">The scores by name that the file contains for every candidate.</param>
/// <param name="PartScores">The names of scores that only some candidates have.</param>
/// <param name="Judged">The judge's verdicts; null unless every pair has one.</param>
/// <param name="Orders">The judge's verdict on each pair in both orders; null if the file does not contain them.</param>
/// <param name="Finding">The computed values.</param>
internal sealed record EvaluatedRecord(
    RecordId Id,
    string Title,
    string? Group,
    string[] Models,
    IReadOnlyDictionary<string, double[]> FileScores,
    IReadOnlyList<string> PartScores,
    Judgements? Judged,
    float[,]? Orders,
    RecordFinding Finding)
{
    private const int TitleLength = 160;

    /// <summary>Whether a candidate has a model's name; preference data has none.</summary>
    public bool HasModels { get; init; }

    /// <summary>The texts, for a report that shows them; null otherwise.</summary>
    public RecordTexts? Texts { get; init; }

    /// <summary>The field of the file with the record's subset.</summary>
    private const string GroupField = "subset";

    /// <summary>Selects the parts of a record that the tables use.</summary>
    /// <param name="place">The record's place in its file.</param>
    /// <param name="record">The record.</param>
    /// <param name="finding">The computed values.</param>
    /// <param name="keepsTexts">Whether to keep its texts.</param>
    public static EvaluatedRecord Of(RecordPlace place, MixInstructRecord record, RecordFinding finding, bool keepsTexts)
    {
        var names = record.Candidates.SelectMany(static candidate => candidate.Scores.Keys).Distinct(StringComparer.Ordinal).ToList();
        var whole = names.FindAll(name => record.Candidates.All(candidate => candidate.Scores.ContainsKey(name)));
        var models = record.Models;
        var judged = record.Comparisons?.For(models);
        return new EvaluatedRecord(
            place.Id!,
            Shortened(record.Source),
            record.Unknown.FirstOrDefault(static field => field.Name == GroupField) is { Json: { } json } ? Text(json) : null,
            models,
            whole.ToDictionary(static name => name, name => Array.ConvertAll(record.Candidates, candidate => candidate.Scores[name])),
            [.. names.Except(whole)],
            judged is { IsComplete: true } ? judged : null,
            JudgedOrders.Read(record.Unknown, models),
            finding)
        {
            HasModels = record.Candidates.Any(static candidate => candidate.Model is not null),
            Texts = keepsTexts ? RecordTexts.Of(record) : null,
        };
    }

    private static string? Text(string json)
    {
        using var value = JsonDocument.Parse(json);
        return value.RootElement.ValueKind is JsonValueKind.String ? value.RootElement.GetString() : null;
    }

    private static string Shortened(string text)
    {
        var line = string.Join(' ', text[..Math.Min(text.Length, 2 * TitleLength)].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= TitleLength ? line : string.Concat(line.AsSpan(0, TitleLength - 1), "…");
    }
}
