using System.Globalization;
using System.Text;

namespace LLMBlender.Core.Fusion;

/// <summary>
/// The prompt that LLM-Blender's fusers were trained on: instruction, input, candidates from best to worst, and the task. <c>&lt;/s&gt;</c>
/// and <c>&lt;extra_id_N&gt;</c> are control tokens of T5. Source: LLM-Blender's <c>GenFuserDataset</c>.
/// </summary>
public static class FusionTemplate
{
    private const string Separator = "</s>";
    private const string Closing = "Summarize candidates into a better one for the given instruction:";

    /// <summary>Composes the fuser's source text.</summary>
    /// <param name="instruction">The instruction; may be empty.</param>
    /// <param name="input">The input of the instruction; null is the same as empty.</param>
    /// <param name="candidates">The candidates, best first, truncated to their maximum length.</param>
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
