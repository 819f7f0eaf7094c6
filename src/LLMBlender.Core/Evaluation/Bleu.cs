namespace LLMBlender.Core.Evaluation;

/// <summary>
/// BLEU (Papineni and others 2002) of one text against one reference, as sacreBLEU's <c>sentence_bleu</c> computes it by default, which the
/// reference toolkit calls: n-grams of 1 to 4 tokens of the tokenizer <c>13a</c>, case kept, only orders that the text has n-grams of
/// ("effective order"), and exponential smoothing: the k-th order without a match counts 1/2^k matches.
/// </summary>
public static class Bleu
{
    private const int Longest = 4;

    /// <summary>The score.</summary>
    /// <returns>From 0 to 100; 0 if no token matches.</returns>
    public static double Score(string hypothesis, string reference)
    {
        List<string> hypothesisTokens = BleuTokens.Of(hypothesis);
        List<string> referenceTokens = BleuTokens.Of(reference);
        double logarithms = 0;
        double smoothing = 1;
        int orders = Math.Min(Longest, hypothesisTokens.Count);
        for (int n = 1; n <= orders; n++)
        {
            int matches = NGrams.Matches(NGrams.Count(hypothesisTokens, n), NGrams.Count(referenceTokens, n));
            if (n == 1 && matches == 0)
            {
                return 0;
            }

            smoothing *= matches == 0 ? 2 : 1;
            logarithms += Math.Log((matches == 0 ? 1 / smoothing : matches) / (hypothesisTokens.Count - n + 1));
        }

        return orders == 0 ? 0 : 100 * Brevity(hypothesisTokens.Count, referenceTokens.Count) * Math.Exp(logarithms / orders);
    }

    private static double Brevity(int length, int reference) => length < reference ? Math.Exp(1 - reference / (double)length) : 1;
}
