namespace LLMBlender.Inference.Batching;

/// <summary>Chooses the size of batches from a device's measured speed by size.</summary>
internal static class BatchCurve
{
    /// <summary>The share of the highest speed that a smaller batch must reach to be chosen.</summary>
    public const double EnoughShare = 0.95;

    /// <summary>
    /// The knee: the smallest batch that reaches <see cref="EnoughShare"/> of the highest speed. A larger one computes hardly more in a second, and
    /// the next request waits longer for it.
    /// </summary>
    /// <param name="points">Speeds by size; at least one.</param>
    /// <returns>Tokens of a batch.</returns>
    public static int Knee(IReadOnlyList<BatchSpeed> points)
    {
        var highest = points.Max(static point => point.TokensPerSecond);
        return points.Where(point => point.TokensPerSecond >= EnoughShare * highest).Min(static point => point.Tokens);
    }
}
