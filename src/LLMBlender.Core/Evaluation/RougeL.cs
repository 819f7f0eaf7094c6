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
    /// <param name="stem">Whether words are compared by their stems (<c>use_stemmer</c>), as in LLM-Blender's evaluation.</param>
    /// <returns>From 0 to 1; 0 if either text has no token.</returns>
    public static double Score(string hypothesis, string reference, bool stem)
    {
        List<string> hypothesisTokens = RougeTokens.Of(hypothesis, stem);
        List<string> referenceTokens = RougeTokens.Of(reference, stem);
        if (hypothesisTokens.Count == 0 || referenceTokens.Count == 0)
        {
            return 0;
        }

        double common = CommonSubsequence(hypothesisTokens, referenceTokens);
        return 2 * common / (hypothesisTokens.Count + referenceTokens.Count);
    }

    // One row of the dynamic-programming table at a time: entry j is the length for the tokens processed so far and the first j reference
    // tokens.
    private static int CommonSubsequence(List<string> hypothesisTokens, List<string> referenceTokens)
    {
        int[] lengths = new int[referenceTokens.Count + 1];
        foreach (string token in hypothesisTokens)
        {
            int diagonal = 0;
            for (int j = 1; j < lengths.Length; j++)
            {
                int above = lengths[j];
                lengths[j] = token == referenceTokens[j - 1] ? diagonal + 1 : Math.Max(above, lengths[j - 1]);
                diagonal = above;
            }
        }

        return lengths[^1];
    }
}
