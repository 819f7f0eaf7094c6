namespace LLMBlender.Core.Evaluation;

/// <summary>BERTScore's token weights: idf(w) = ln((N + 1) / (n(w) + 1)) for N texts, n(w) of which contain w.</summary>
public sealed class TokenRarity
{
    private readonly Dictionary<int, int> counts = [];
    private readonly int texts;

    /// <param name="documents">Token ids of each text, including special tokens, whose weight is therefore 0.</param>
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
