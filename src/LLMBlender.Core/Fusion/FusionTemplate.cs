using System.Globalization;
using System.Text;

namespace LLMBlender.Core.Fusion;

/// <summary>
/// The text that LLM-Blender's fusers were trained on: instruction, input and candidates, the best first, and what to do
/// with them. <c>&lt;/s&gt;</c> and <c>&lt;extra_id_N&gt;</c> are control tokens of T5. Source: LLM-Blender's
/// <c>GenFuserDataset</c>.
/// </summary>
public static class FusionTemplate
{
    private const string Separator = "</s>";
    private const string Closing = "Summarize candidates into a better one for the given instruction:";

    /// <summary>The fuser's source.</summary>
    /// <param name="instruction">The instruction; may be empty.</param>
    /// <param name="input">What it is about; null is the same as empty.</param>
    /// <param name="candidates">The candidates, best first, cut to their length.</param>
    public static string Compose(string instruction, string? input, IReadOnlyList<string> candidates)
    {
        var source = new StringBuilder();
        source.Append("Instruction: ").Append(instruction).Append(Separator);
        source.Append("Input: ").Append(input).Append(Separator);
        for (var i = 0; i < candidates.Count; i++)
        {
            source.Append(CultureInfo.InvariantCulture, $"Candidate {i}: <extra_id_{i}>:").Append(candidates[i]).Append(Separator);
        }

        return source.Append(Closing).ToString();
    }
}
