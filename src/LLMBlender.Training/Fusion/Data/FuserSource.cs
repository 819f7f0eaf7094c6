using System.Text;

namespace LLMBlender.Training.Fusion.Data;

/// <summary>The text that GenFuser reads, by the published template.</summary>
internal static class FuserSource
{
    /// <summary>Composes the source; the markers in it are written out for the tokenizer to find.</summary>
    public static string Of(string instruction, string input, IReadOnlyList<string> candidates)
    {
        var source = new StringBuilder($"Instruction: {instruction}</s>Input: {input}</s>");
        for (int i = 0; i < candidates.Count; i++)
        {
            source.Append($"Candidate {i}: {Marker(i)}:{candidates[i]}</s>");
        }

        return source.Append("Summarize candidates into a better one for the given instruction:").ToString();
    }

    /// <summary>What stands before candidate <paramref name="index"/> and its colon.</summary>
    public static string Marker(int index) => $"<extra_id_{index}>";
}
