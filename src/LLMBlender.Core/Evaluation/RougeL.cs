namespace LLMBlender.Core.Evaluation;

/// <summary>
/// ROUGE-L (Lin 2004) of one text against one reference, as the rouge_score package computes it: F1 over the longest common
/// subsequence of lower-cased runs of the letters a to z and digits.
/// </summary>
public static class RougeL
{
    /// <summary>The F1 score.</summary>
    /// <param name="hypothesis">The text.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="stem">Whether words count by their stems (<c>use_stemmer</c>), as in LLM-Blender's evaluation.</param>
    /// <returns>From 0 to 1; 0 where either text has no token.</returns>
    public static double Score(string hypothesis, string reference, bool stem)
    {
        List<string> said = RougeTokens.Of(hypothesis, stem);
        List<string> wanted = RougeTokens.Of(reference, stem);
        if (said.Count == 0 || wanted.Count == 0)
        {
            return 0;
        }

        double common = CommonSubsequence(said, wanted);
        return 2 * common / (said.Count + wanted.Count);
    }

    // One row of the usual table at a time: entry j holds the length for what was read of said and the first j of wanted.
    private static int CommonSubsequence(List<string> said, List<string> wanted)
    {
        int[] lengths = new int[wanted.Count + 1];
        foreach (string token in said)
        {
            int diagonal = 0;
            for (int j = 1; j < lengths.Length; j++)
            {
                int above = lengths[j];
                lengths[j] = token == wanted[j - 1] ? diagonal + 1 : Math.Max(above, lengths[j - 1]);
                diagonal = above;
            }
        }

        return lengths[^1];
    }
}
