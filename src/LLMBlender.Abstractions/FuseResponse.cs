namespace LLMBlender.Abstractions;

/// <summary>An answer made of candidates.</summary>
/// <param name="Answer">The fused answer.</param>
/// <param name="MadeFrom">Indices into the request's candidates.</param>
/// <param name="Fuser">Who fused.</param>
/// <param name="PromptTokens">Tokens that the fuser read.</param>
/// <param name="CompletionTokens">Tokens that the fuser wrote.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.FuseResponse")]
public sealed record FuseResponse(
    [property: Id(0)] string Answer,
    [property: Id(1)] int[] MadeFrom,
    [property: Id(2)] string Fuser,
    [property: Id(3)] long PromptTokens,
    [property: Id(4)] long CompletionTokens)
{
    /// <summary>Why the answer is the best candidate rather than what the fuser wrote; null where it is that.</summary>
    [Id(5)]
    public BlendFailure? Failure { get; init; }

    /// <summary>Whether the answer was cut off by a limit of tokens rather than ended.</summary>
    [Id(6)]
    public bool ReachedLimit { get; init; }

    /// <summary>What the fuser cost, in the currency of the configured prices; null where none are.</summary>
    [Id(7)]
    public decimal? Cost { get; init; }
}
