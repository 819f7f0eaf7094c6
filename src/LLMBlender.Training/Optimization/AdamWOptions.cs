namespace LLMBlender.Training.Optimization;

/// <summary>Rates of <see cref="AdamW"/> other than the learning rate.</summary>
internal sealed record AdamWOptions
{
    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.98;

    /// <summary>Share of a weight lost per step and unit of learning rate.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>The gradient is scaled down to this global norm.</summary>
    public double MaxNorm { get; init; } = 1;
}
