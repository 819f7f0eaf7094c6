using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Records;

/// <summary>Fields that several record formats share.</summary>
public static class Sources
{
    /// <summary>The rule for <c>candidates</c>, for errors.</summary>
    public const string CandidatesRule = "a list of at least one {\"model\",\"text\"}";

    /// <summary>Reads instruction and input. One of them may be empty.</summary>
    public static (string Instruction, string? Input) Source(this RecordFields record)
    {
        var instruction = record.Text("instruction");
        var input = record.OptionalText("input");
        return instruction.Length > 0 || !string.IsNullOrEmpty(input)
            ? (instruction, input)
            : throw new RecordException("\"instruction\" is empty, and without an \"input\" it must contain text");
    }

    /// <summary>The candidates, at least one; null if the record has no such field.</summary>
    public static Candidate[]? OptionalCandidates(this RecordFields record)
    {
        if (record.OptionalList("candidates", "at least one {\"model\",\"text\"}") is not { } list)
        {
            return null;
        }

        return list.GetArrayLength() switch
        {
            0 => throw record.Refused("candidates", $"must be {CandidatesRule}"),
            > ComparisonMatrix.MaxCandidates => throw new RecordException(
                $"\"candidates\" lists {list.GetArrayLength()}, and must list at most {ComparisonMatrix.MaxCandidates}"),
            _ => Read(list),
        };
    }

    private static Candidate[] Read(JsonElement list)
    {
        var candidates = new Candidate[list.GetArrayLength()];
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind is JsonValueKind.String)
            {
                var text = RecordFields.TextOf(element, $"candidates[{index}]");
                candidates[index++] = new Candidate(null, text);
                continue;
            }

            var fields = RecordFields.Of(element, $"candidates[{index}]");
            candidates[index++] = new Candidate(fields.OptionalText("model"), fields.Text("text"));
        }

        return candidates;
    }
}
