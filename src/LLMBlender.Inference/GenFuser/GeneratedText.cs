namespace LLMBlender.Inference.GenFuser;

/// <summary>A text generated for a prompt.</summary>
/// <param name="Ids">The generated ids: the start token first, the end token last if it was generated.</param>
/// <param name="Text">The decoded text without control tokens.</param>
/// <param name="Score">
/// For a beam search, the sum of log-probabilities divided by the generated length to the power of the length penalty;
/// else 0.
/// </param>
/// <param name="ReachedLimit">Whether generation stopped at the limit of new tokens.</param>
public sealed record GeneratedText(int[] Ids, string Text, double Score, bool ReachedLimit)
{
    /// <summary>The number of generated tokens, including the end token.</summary>
    public int NewTokens => Ids.Length - 1;
}
