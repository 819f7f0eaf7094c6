using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Records;

/// <summary>The fields that several record shapes share.</summary>
public static class Sources
{
    /// <summary>What <c>candidates</c> must be, for errors.</summary>
    public const string CandidatesRule = "a list of at least one {\"model\",\"text\"}";

    /// <summary>Instruction and input. Either may be empty, not both.</summary>
    public static (string Instruction, string? Input) Source(this RecordFields record)
    {
        var instruction = record.Text("instruction");
        var input = record.OptionalText("input");
        return instruction.Length > 0 || !string.IsNullOrEmpty(input)
            ? (instruction, input)
            : throw new RecordException("\"instruction\" is empty, and without an \"input\" it must say something");
    }

    /// <summary>The candidates, at least one; null where the record has no such field.</summary>
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
            var fields = RecordFields.Of(element, $"candidates[{index}]");
            candidates[index++] = new Candidate(fields.OptionalText("model"), fields.Text("text"));
        }

        return candidates;
    }
}
