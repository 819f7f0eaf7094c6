namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// How tokens are drawn, in the reference's order: logits are divided by the temperature, then all but the top k are left
/// out, then all but the smallest set of the likeliest whose probability reaches top p.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>Where the draws start from; the same seed, prompt and options give the same text, whatever the batch.</summary>
    public long Seed { get; init; }

    /// <summary>Below 1 favours likely tokens, above 1 the others.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>From 0, exclusive, to 1, which leaves nothing out.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Tokens to choose from at most; null for all.</summary>
    public int? TopK { get; init; }
}
