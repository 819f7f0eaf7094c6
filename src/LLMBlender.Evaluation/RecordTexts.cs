using LLMBlender.Evaluation.Datasets;

namespace LLMBlender.Evaluation;

/// <summary>A record's texts as a report shows them, each cut to a length that can be read.</summary>
/// <param name="Instruction">The instruction.</param>
/// <param name="Input">The text that it applies to, or empty.</param>
/// <param name="Reference">The reference answer; null if there is none.</param>
/// <param name="Answers">The candidates' texts.</param>
internal sealed record RecordTexts(string Instruction, string Input, string? Reference, string[] Answers)
{
    private const int Longest = 8000;

    /// <summary>Selects a record's texts.</summary>
    public static RecordTexts Of(MixInstructRecord record) => new(
        Cut(record.Instruction), Cut(record.Input), record.Output is { } output ? Cut(output) : null, Array.ConvertAll(record.Texts, Cut));

    private static string Cut(string text) => text.Length <= Longest ? text : $"{text.AsSpan(0, char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)} […]";
}
