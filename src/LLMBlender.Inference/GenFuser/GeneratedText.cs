namespace LLMBlender.Inference.GenFuser;

/// <summary>What was generated for a prompt.</summary>
/// <param name="Ids">The ids as generated: the start token first, the end token last where it came to one.</param>
/// <param name="Text">The same without control tokens, decoded.</param>
/// <param name="Score">
/// For a beam search, the sum of log-probabilities divided by the generated length to the power of the length penalty;
/// else 0.
/// </param>
/// <param name="ReachedLimit">Whether it was cut off by the limit of new tokens rather than ended.</param>
public sealed record GeneratedText(int[] Ids, string Text, double Score, bool ReachedLimit)
{
    /// <summary>Tokens generated, the end token included.</summary>
    public int NewTokens => Ids.Length - 1;
}
