namespace LLMBlender.Abstractions;

/// <summary>Which of two candidates is better.</summary>
/// <param name="Logit">As <see cref="PairOrder"/> has it.</param>
/// <param name="Better">Above 0 when a is better, below when b is, 0 for a tie, whatever the order was.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.CompareResponse")]
public sealed record CompareResponse([property: Id(0)] float Logit, [property: Id(1)] int Better)
{
    /// <summary>Tokens read, where the ranker is a chat model.</summary>
    [Id(2)]
    public long PromptTokens { get; init; }

    /// <summary>Tokens written, where the ranker is a chat model.</summary>
    [Id(3)]
    public long CompletionTokens { get; init; }

    /// <summary>What the ranker cost, in the currency of the configured prices; null where none are.</summary>
    [Id(4)]
    public decimal? Cost { get; init; }
}
