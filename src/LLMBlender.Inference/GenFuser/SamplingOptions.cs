namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// Sampling parameters, applied in the reference's order: logits are divided by the temperature, then all but the top k are removed, then
/// all but the smallest set of the likeliest tokens whose probability reaches top p.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>The seed; the same seed, prompt and options give the same text, regardless of the batch.</summary>
    public long Seed { get; init; }

    /// <summary>Below 1 favours likely tokens, above 1 the others.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Above 0, up to 1, which removes nothing.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>The maximum number of tokens to choose from; null for all.</summary>
    public int? TopK { get; init; }
}
