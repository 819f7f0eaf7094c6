using System.Text.Json;
using LLMBlender.Cli.Records;

namespace LLMBlender.Cli.Blending;

/// <summary>The panel where none is configured: answers to a few instructions, recorded beforehand.</summary>
internal static class SamplePanel
{
    private const int ExamplesInErrors = 3;

    private static readonly Lazy<IReadOnlyList<(RecordId Id, BlendRecord Record)>> Recorded = new(Read);

    /// <summary>What it has answers to, in order.</summary>
    public static IReadOnlyList<(RecordId Id, BlendRecord Record)> Records => Recorded.Value;

    /// <summary>
    /// The recorded answers to an instruction; letter case and runs of white space don't matter. Where no input is given,
    /// the one that it was recorded with.
    /// </summary>
    /// <exception cref="RecordException">It has none.</exception>
    public static BlendRecord Ask(string instruction, string? input)
    {
        foreach (var (_, record) in Records)
        {
            if (Key(record.Instruction) == Key(instruction))
            {
                return string.IsNullOrEmpty(input) || Key(input) == Key(record.Input)
                    ? record
                    : throw new RecordException(
                        "the sample panel has answers to this instruction only for its own input: leave the input out to blend those, "
                        + "or give candidates of your own in a record with --from");
            }
        }

        var examples = Records.Select(entry => $"\"{entry.Record.Instruction}\"").Take(ExamplesInErrors);
        throw new RecordException(
            $"the sample panel only has answers recorded for {Records.Count} instructions, and this is none of them. "
            + $"It knows, for example: {string.Join(", ", examples)}; 'llmblender blend' shows all. "
            + "For an instruction of your own, give its candidates in a record with --from");
    }

    private static List<(RecordId Id, BlendRecord Record)> Read()
    {
        using var stream = typeof(SamplePanel).Assembly.GetManifestResourceStream("panel.jsonl")!;
        var reader = new LineReader(stream);
        var records = new List<(RecordId, BlendRecord)>();
        while (reader.Read())
        {
            using var line = JsonDocument.Parse(reader.Line);
            var fields = RecordFields.Of(line.RootElement);
            var (instruction, input) = fields.Source();
            records.Add((RecordId.Read(fields), new BlendRecord(instruction, input, fields.OptionalCandidates()!)));
        }

        return records;
    }

    private static string Key(string? text) =>
        string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();
}
