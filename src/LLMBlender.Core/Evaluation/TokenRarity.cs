namespace LLMBlender.Core.Evaluation;

/// <summary>
/// How rare tokens are among some texts, as BERTScore weighs them: idf(w) = ln((N + 1) / (n(w) + 1)), N texts of which n(w)
/// hold w.
/// </summary>
public sealed class TokenRarity
{
    private readonly Dictionary<int, int> counts = [];
    private readonly int texts;

    /// <param name="documents">Token ids of each text, special tokens included, which so get no weight.</param>
    public TokenRarity(IEnumerable<int[]> documents)
    {
        foreach (var document in documents)
        {
            texts++;
            foreach (var id in document.Distinct())
            {
                counts[id] = counts.GetValueOrDefault(id) + 1;
            }
        }
    }

    /// <summary>A token's weight.</summary>
    public double this[int id] => Math.Log((texts + 1.0) / (counts.GetValueOrDefault(id) + 1));
}
