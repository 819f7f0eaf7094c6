namespace LLMBlender.Inference.Encoder;

/// <summary>How likely a masked language model finds a text.</summary>
/// <param name="Sum">The sum of its tokens' log-probabilities, each given all the others.</param>
/// <param name="Tokens">How many tokens there are, special ones not counted.</param>
public readonly record struct PseudoLikelihood(double Sum, int Tokens)
{
    /// <summary>The mean over tokens; 0 where there are none.</summary>
    public double Mean => Tokens == 0 ? 0 : Sum / Tokens;
}
