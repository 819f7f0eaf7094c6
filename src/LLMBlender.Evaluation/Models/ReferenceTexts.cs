using System.Text.Json;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Models;

/// <summary>Reads the reference answers of a file of records, from which idf weights are computed.</summary>
internal static class ReferenceTexts
{
    /// <summary>Returns every record's <c>output</c>.</summary>
    /// <exception cref="UsageException">The file can't be read, or a line lacks the field.</exception>
    public static IReadOnlyList<string> Read(string file)
    {
        var texts = new List<string>();
        try
        {
            foreach (var line in File.ReadLines(file).Where(line => line.Length > 0))
            {
                using var document = JsonDocument.Parse(line);
                texts.Add(RecordFields.Of(document.RootElement).Text("output"));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or RecordException)
        {
            throw new UsageException($"idf {file}: record {texts.Count + 1}: {e.Message}", e);
        }

        return texts;
    }
}
