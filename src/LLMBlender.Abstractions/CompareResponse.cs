namespace LLMBlender.Abstractions;

/// <summary>The result of a comparison.</summary>
/// <param name="Logit">The logit, as <see cref="PairOrder"/> defines it.</param>
/// <param name="Better">Above 0 if a is better, below 0 if b is better, 0 for a tie; independent of the order.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.CompareResponse")]
public sealed record CompareResponse([property: Id(0)] float Logit, [property: Id(1)] int Better)
{
    /// <summary>Input tokens, if the ranker is a chat model.</summary>
    [Id(2)]
    public long PromptTokens { get; init; }

    /// <summary>Output tokens, if the ranker is a chat model.</summary>
    [Id(3)]
    public long CompletionTokens { get; init; }

    /// <summary>The ranker's cost in the currency of the configured prices; null if none are configured.</summary>
    [Id(4)]
    public decimal? Cost { get; init; }

    /// <summary>The ranker's kind and calibration; null if not known.</summary>
    [Id(5)]
    public RankerInfo? RankerInfo { get; init; }

    /// <summary>
    /// The calibrated probability that a is better, independent of the order; of both orders, from the mean of their logits. Null if the
    /// ranker is not calibrated.
    /// </summary>
    [Id(6)]
    public double? Probability { get; init; }
}
