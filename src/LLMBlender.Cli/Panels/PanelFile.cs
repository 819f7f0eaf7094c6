using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using LLMBlender.Records;

namespace LLMBlender.Cli.Panels;

/// <summary>Recorded answers for a server's panel.</summary>
internal static class PanelFile
{
    /// <summary>Where recorded panels come from.</summary>
    public static PanelSources PanelSources => new() { Records = Read, Sample = Sample };

    /// <summary>The sample panel's.</summary>
    private static IEnumerable<(string Instruction, string? Input, Candidate[] Candidates)> Sample() =>
        SamplePanel.Records.Select(sample => (sample.Record.Instruction, sample.Record.Input, sample.Record.Candidates));

    /// <summary>A file's, one JSON object a line, as <c>blend --from</c> reads them.</summary>
    /// <exception cref="RecordException">It can't be read, or a line breaks a rule.</exception>
    private static List<(string Instruction, string? Input, Candidate[] Candidates)> Read(string file)
    {
        var records = new List<(string, string?, Candidate[])>();
        var number = 0;
        try
        {
            foreach (var line in File.ReadLines(file))
            {
                number++;
                using var json = JsonDocument.Parse(line);
                var fields = RecordFields.Of(json.RootElement);
                var (instruction, input) = fields.Source();
                records.Add((instruction, input, fields.OptionalCandidates() ?? throw fields.Missing("candidates", Sources.CandidatesRule)));
            }

            return records;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or RecordException)
        {
            throw new RecordException($"{file}{(number > 0 ? $":{number}" : "")}: {e.Message}", e);
        }
    }
}
