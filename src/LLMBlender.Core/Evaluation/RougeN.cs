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
    /// <param name="n">Tokens of an n-gram, from 1.</param>
    /// <param name="stem">Whether words count by their stems (<c>use_stemmer</c>), as in LLM-Blender's evaluation.</param>
    /// <returns>From 0 to 1; 0 where either text has no n-gram.</returns>
    public static double Score(string hypothesis, string reference, int n, bool stem)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        var said = NGrams.Count(RougeTokens.Of(hypothesis, stem), n);
        var wanted = NGrams.Count(RougeTokens.Of(reference, stem), n);
        double total = said.Values.Sum() + wanted.Values.Sum();
        return total == 0 ? 0 : 2 * NGrams.Matches(said, wanted) / total;
    }
}
