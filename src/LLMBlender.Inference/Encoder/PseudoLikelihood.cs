namespace LLMBlender.Inference.Encoder;

/// <summary>The pseudo-log-likelihood of a text under a masked language model.</summary>
/// <param name="Sum">The sum of its tokens' log-probabilities, each given all the others.</param>
/// <param name="Tokens">The number of tokens, excluding special tokens.</param>
public readonly record struct PseudoLikelihood(double Sum, int Tokens)
{
    /// <summary>The mean over tokens; 0 if there are none.</summary>
    public double Mean => Tokens == 0 ? 0 : Sum / Tokens;
}
