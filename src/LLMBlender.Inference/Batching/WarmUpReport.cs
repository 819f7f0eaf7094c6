namespace LLMBlender.Inference.Batching;

/// <summary>What a model's warm-up did.</summary>
/// <param name="Shapes">How many shapes of batches were run.</param>
/// <param name="BatchTokens">The maximum number of tokens in a batch: the measured curve's knee, or the configured or usual number.</param>
/// <param name="Curve">The device's speed by size; empty if it was not measured.</param>
/// <param name="Duration">The time that it took.</param>
public sealed record WarmUpReport(int Shapes, int BatchTokens, IReadOnlyList<BatchSpeed> Curve, TimeSpan Duration);
