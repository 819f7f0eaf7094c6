using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Cli.Records;

/// <summary>The fields that several record shapes share.</summary>
internal static class Sources
{
    /// <summary>What <c>candidates</c> must be, for errors.</summary>
    public const string CandidatesRule = "a list of at least one {\"model\",\"text\"}";

    /// <summary>What a conversation must be, for errors.</summary>
    public const string TurnsRule = "a list of {\"role\",\"content\"}";

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

    /// <summary>A conversation; null where the record has no such field.</summary>
    public static ChatTurn[]? OptionalTurns(this RecordFields record, string field) =>
        record.OptionalList(field, "{\"role\",\"content\"}") is not { } list ? null :
        [
            .. list.EnumerateArray().Select((element, i) =>
            {
                var turn = RecordFields.Of(element, $"{field}[{i}]");
                return new ChatTurn(turn.Text("role"), turn.Text("content"));
            }),
        ];

    /// <summary>
    /// The candidates' texts, best first: by the record's list <c>ranks</c>, or by a field <c>rank</c> of every candidate;
    /// without either, as they stand. Ties stay as they stand.
    /// </summary>
    /// <exception cref="RecordException">There are none, or ranks that don't fit them.</exception>
    public static string[] RankedTexts(this RecordFields record)
    {
        var candidates = record.OptionalCandidates() ?? throw record.Missing("candidates", CandidatesRule);
        int[] ranks = Ranks(record, candidates.Length);
        return [.. Enumerable.Range(0, candidates.Length).OrderBy(i => ranks[i]).Select(i => candidates[i].Text)];
    }

    private static int[] Ranks(RecordFields record, int count)
    {
        if (record.OptionalList("ranks", "a rank for each candidate") is { } list)
        {
            return list.GetArrayLength() == count && list.EnumerateArray().All(IsRank)
                ? [.. list.EnumerateArray().Select(rank => rank.GetInt32())]
                : throw record.Refused("ranks", $"must be {count} whole numbers from 1, one for each candidate");
        }

        var own = record.Find("candidates")!.Value.EnumerateArray()
            .Select((element, i) => RecordFields.Of(element, $"candidates[{i}]")).ToList();
        var given = own.Count(candidate => candidate.Find("rank") is not null);
        return given == 0 ? new int[count] : [.. own.Select(candidate => candidate.Find("rank") switch
        {
            { } rank when IsRank(rank) => rank.GetInt32(),
            { } => throw candidate.Refused("rank", "must be a whole number from 1"),
            null => throw candidate.Missing("rank", $"a whole number from 1, as {given} of the {count} candidates have one"),
        })];
    }

    private static bool IsRank(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var rank) && rank >= 1;

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
