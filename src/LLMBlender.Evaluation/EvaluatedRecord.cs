using System.Text.Json;
using LLMBlender.Abstractions.Json;
using LLMBlender.Core.Evaluation;
using LLMBlender.Evaluation.Datasets;
using LLMBlender.Records;

namespace LLMBlender.Evaluation;

/// <summary>What the tables need of a record: no texts but a title.</summary>
/// <param name="Id">The record's id.</param>
/// <param name="Title">The beginning of what it asks.</param>
/// <param name="Group">The part of the data that it is of; null where nobody says.</param>
/// <param name="Models">The candidates' models.</param>
/// <param name="FileScores">By name, the scores that the file has for every candidate.</param>
/// <param name="PartScores">Names of scores that only some candidates have.</param>
/// <param name="Judged">The judge's verdicts, where every pair has one.</param>
/// <param name="Orders">The judge's verdict on each pair in both orders, where the file has them.</param>
/// <param name="Finding">What was computed.</param>
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

    /// <summary>What a field of the file says of its part of the data.</summary>
    private const string GroupField = "subset";

    /// <summary>Takes of a record what the tables need.</summary>
    public static EvaluatedRecord Of(RecordPlace place, MixInstructRecord record, RecordFinding finding)
    {
        var names = record.Candidates.SelectMany(static candidate => candidate.Scores.Keys).Distinct(StringComparer.Ordinal).ToList();
        var whole = names.FindAll(name => record.Candidates.All(candidate => candidate.Scores.ContainsKey(name)));
        var models = record.Models;
        var judged = record.Comparisons?.For(models);
        return new EvaluatedRecord(
            place.Id!.Value,
            Shortened(record.Source),
            record.Unknown.FirstOrDefault(static field => field.Name == GroupField) is { Json: { } json } ? Text(json) : null,
            models,
            whole.ToDictionary(static name => name, name => Array.ConvertAll(record.Candidates, candidate => candidate.Scores[name])),
            [.. names.Except(whole)],
            judged is { IsComplete: true } ? judged : null,
            JudgedOrders.Read(record.Unknown, models),
            finding);
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
