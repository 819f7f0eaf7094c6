namespace LLMBlender.Inference.Batching;

/// <summary>A device's speed with batches of one size.</summary>
/// <param name="Tokens">Tokens of a batch, padding included.</param>
/// <param name="TokensPerSecond">Tokens in a second.</param>
public readonly record struct BatchSpeed(int Tokens, double TokensPerSecond);
