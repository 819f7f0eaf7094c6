using System.Collections.Concurrent;
using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Cli.Models;
using LLMBlender.Local.Panels;
using LLMBlender.Records;

namespace LLMBlender.Cli.Panels;

/// <summary>Reads recorded answers for a server's panel.</summary>
internal static class PanelFile
{
    // Shared by the panels of all configurations that this process reads, as a reload reads the same one again.
    private static readonly ConcurrentDictionary<string, Lazy<QuestionEncoder>> Encoders = new(StringComparer.Ordinal);

    /// <summary>The sources of recorded panels and of routes.</summary>
    public static PanelSources PanelSources => new() { Records = Read, Sample = Sample, Encoders = Encoder };

    private static QuestionEncoder Encoder(string name)
    {
        var folder = new ModelSearch(Terminal.OfProcess()).FindModel(name);
        return Encoders.GetOrAdd(folder, static folder => new Lazy<QuestionEncoder>(() => QuestionEncoder.Load(folder))).Value;
    }

    /// <summary>The sample panel's records.</summary>
    private static IEnumerable<(string Instruction, string? Input, Candidate[] Candidates)> Sample() =>
        SamplePanel.Records.Select(sample => (sample.Record.Instruction, sample.Record.Input, sample.Record.Candidates));

    /// <summary>Reads a file with one JSON object a line, in the format of <c>blend --from</c>.</summary>
    /// <exception cref="RecordException">The file can't be read, or a line is invalid.</exception>
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
