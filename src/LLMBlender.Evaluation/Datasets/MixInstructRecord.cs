using System.Text.Json;
using LLMBlender.Abstractions.Json;
using LLMBlender.Core.Ranking;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>
/// A MixInstruct record: an instruction, a reference answer, candidates with scores, and a judge's verdicts on pairs of
/// candidates. Unknown fields are preserved.
/// </summary>
/// <param name="Instruction">The instruction; may be empty if there is an input.</param>
/// <param name="Input">The text that the instruction applies to, or empty.</param>
/// <param name="Output">The reference answer; null if there is none.</param>
/// <param name="Candidates">The candidates, at least one.</param>
/// <param name="Comparisons">The judge's verdicts; null if the record was not judged.</param>
/// <param name="Unknown">Other fields.</param>
internal sealed record MixInstructRecord(
    string Instruction,
    string Input,
    string? Output,
    MixInstructCandidate[] Candidates,
    ComparisonResults? Comparisons,
    IReadOnlyList<UnknownField> Unknown)
{
    private static readonly string[] Known = ["id", "instruction", "input", "output", "candidates", "cmp_results"];

    /// <summary>The ranker's input: instruction and input concatenated without a separator, as in the reference implementation.</summary>
    public string Source => Instruction + Input;

    /// <summary>The candidates' texts.</summary>
    public string[] Texts => Array.ConvertAll(Candidates, static candidate => candidate.Text);

    /// <summary>The candidates' models; a candidate without a model is named by its number.</summary>
    public string[] Models => [.. Candidates.Select(static (candidate, i) => candidate.Model ?? $"#{i + 1}")];

    /// <summary>Reads a record.</summary>
    /// <exception cref="RecordException">A field is invalid.</exception>
    public static MixInstructRecord Read(RecordFields record)
    {
        var (instruction, input) = (record.OptionalText("instruction") ?? "", record.OptionalText("input") ?? "");
        if (instruction.Length + input.Length == 0)
        {
            throw new RecordException("\"instruction\" and \"input\" are empty, and one must contain text");
        }

        var list = record.OptionalList("candidates", "candidates") ?? throw record.Missing("candidates", Sources.CandidatesRule);
        var count = list.GetArrayLength();
        if (count is 0 or > ComparisonMatrix.MaxCandidates)
        {
            throw new RecordException($"\"candidates\" lists {count}, and must list from 1 to {ComparisonMatrix.MaxCandidates}");
        }

        MixInstructCandidate[] candidates = [.. list.EnumerateArray().Select(static (candidate, i) =>
            MixInstructCandidate.Read(RecordFields.Of(candidate, $"candidates[{i}]")))];
        RequireDistinct(candidates);
        return new MixInstructRecord(
            instruction, input, record.OptionalText("output"), candidates, ComparisonResults.Read(record), UnknownField.Of(record, Known));
    }

    /// <summary>Writes the record's fields, in MixInstruct's order.</summary>
    public void Write(Utf8JsonWriter json, RecordId id)
    {
        id.Write(json);
        json.WriteText("instruction", Instruction);
        json.WriteText("input", Input);
        if (Output is null)
        {
            json.WriteNull("output");
        }
        else
        {
            json.WriteText("output", Output);
        }

        json.WriteStartArray("candidates");
        foreach (var candidate in Candidates)
        {
            candidate.Write(json);
        }

        json.WriteEndArray();
        ComparisonResults.Write(json, Comparisons);
        UnknownField.Write(json, Unknown);
    }

    private static void RequireDistinct(MixInstructCandidate[] candidates)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < candidates.Length; i++)
        {
            if (candidates[i].Model is { } model && !seen.Add(model))
            {
                throw new RecordException($"\"candidates[{i}].model\" is \"{model}\", as another candidate's, and models must differ");
            }
        }
    }
}
