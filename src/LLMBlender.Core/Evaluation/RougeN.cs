namespace LLMBlender.Core.Evaluation;

/// <summary>
/// ROUGE-N (Lin 2004) of one text against one reference, as the rouge_score package computes it: F1 over the n-grams of lower-cased
/// runs of the letters a to z and digits, each counted as often as both texts have it.
/// </summary>
public static class RougeN
{
    /// <summary>The F1 score.</summary>
    /// <param name="hypothesis">The text.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="n">The length of the n-grams, from 1.</param>
    /// <param name="stem">Whether words are compared by their stems (<c>use_stemmer</c>), as in LLM-Blender's evaluation.</param>
    /// <returns>From 0 to 1; 0 if either text has no n-gram.</returns>
    public static double Score(string hypothesis, string reference, int n, bool stem)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        var hypothesisTokens = NGrams.Count(RougeTokens.Of(hypothesis, stem), n);
        var referenceTokens = NGrams.Count(RougeTokens.Of(reference, stem), n);
        double total = hypothesisTokens.Values.Sum() + referenceTokens.Values.Sum();
        return total == 0 ? 0 : 2 * NGrams.Matches(hypothesisTokens, referenceTokens) / total;
    }
}
