using System.Text;
using LLMBlender.Abstractions;

namespace LLMBlender.Core.Blending;

/// <summary>
/// Finds answers that say the same (self-consistency, Wang et al. 2023): their texts are equal apart from letter case, white space, marks of Markdown and a final stop, or
/// they call the same tools with the same arguments.
/// </summary>
public static class AnswerAgreement
{
    // Around an answer, and not part of it.
    private const string Marks = "*_`\"'.!";

    /// <summary>Returns the indices of the answers of the largest group that is large enough, in their order; empty if there is none.</summary>
    /// <param name="candidates">The answers.</param>
    /// <param name="needed">How many must be alike, at least 2; null for none.</param>
    public static int[] Find(IReadOnlyList<Candidate> candidates, int? needed)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        if (needed is not { } least || candidates.Count < least)
        {
            return [];
        }

        return Enumerable.Range(0, candidates.Count)
            .GroupBy(i => Normalize(candidates[i].Text), StringComparer.Ordinal)
            .Where(static group => group.Key.Length > 0)
            .OrderByDescending(static group => group.Count())
            .FirstOrDefault(group => group.Count() >= least)?.ToArray() ?? [];
    }

    /// <summary>Returns a text without what does not change what it says.</summary>
    public static string Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plain = new StringBuilder(text.Length);
        foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            plain.Append(plain.Length == 0 ? "" : " ").Append(word.ToLowerInvariant());
        }

        return plain.ToString().Trim([.. Marks, ' ']);
    }
}
