using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using LLMBlender.Local.Panels;
using LLMBlender.Records;

namespace LLMBlender.Cli.Panels;

/// <summary>The default panel: recorded answers to a few instructions.</summary>
internal static class SamplePanel
{
    private const int ExamplesInErrors = 3;

    private static readonly Lazy<IReadOnlyList<(RecordId Id, SampleRecord Record)>> Recorded = new(Read);

    /// <summary>The recorded instructions, in order.</summary>
    public static IReadOnlyList<(RecordId Id, SampleRecord Record)> Records => Recorded.Value;

    /// <summary>Creates the panel with its recorded answers.</summary>
    public static PanelRegistry Create()
    {
        var panels = new PanelRegistry();
        RecordedPanel.AddTo(panels, PanelRegistryBuilder.SamplePanel, Records.Select(static sample => (sample.Record.Instruction, sample.Record.Input, sample.Record.Candidates)));
        return panels;
    }

    /// <summary>Whether answers to an instruction are recorded.</summary>
    public static bool Has(string instruction) => Records.Any(entry => Key(entry.Record.Instruction) == Key(instruction));

    /// <summary>
    /// Finds the recorded answers to an instruction and its input. Letter case and white space are normalized, and the input
    /// may be omitted.
    /// </summary>
    /// <exception cref="RecordException">There is no record of the instruction, or none with this input.</exception>
    public static SampleRecord Find(string instruction, string? input)
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

    private static List<(RecordId Id, SampleRecord Record)> Read()
    {
        using var stream = typeof(SamplePanel).Assembly.GetManifestResourceStream("panel.jsonl")!;
        var reader = new LineReader(stream);
        var records = new List<(RecordId, SampleRecord)>();
        while (reader.Read())
        {
            using var line = JsonDocument.Parse(reader.Line);
            var fields = RecordFields.Of(line.RootElement);
            var (instruction, input) = fields.Source();
            records.Add((fields.Id(), new SampleRecord(instruction, input, fields.OptionalCandidates()!)));
        }

        return records;
    }

    private static string Key(string? text) =>
        string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();
}

/// <summary>An instruction with recorded answers.</summary>
/// <param name="Instruction">The instruction.</param>
/// <param name="Input">The text that the instruction applies to, if any.</param>
/// <param name="Candidates">The answers to it, at least one.</param>
internal sealed record SampleRecord(string Instruction, string? Input, Candidate[] Candidates);
