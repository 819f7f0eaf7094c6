namespace LLMBlender.Abstractions;

/// <summary>The result of a fusion.</summary>
/// <param name="Answer">The fused answer.</param>
/// <param name="MadeFrom">Indices of the fused candidates in the request.</param>
/// <param name="Fuser">The fuser's name.</param>
/// <param name="PromptTokens">The fuser's input tokens.</param>
/// <param name="CompletionTokens">The fuser's output tokens.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.FuseResponse")]
public sealed record FuseResponse(
    [property: Id(0)] string Answer,
    [property: Id(1)] int[] MadeFrom,
    [property: Id(2)] string Fuser,
    [property: Id(3)] long PromptTokens,
    [property: Id(4)] long CompletionTokens)
{
    /// <summary>The fuser's failure, in which case the answer is the best candidate; null if it did not fail.</summary>
    [Id(5)]
    public BlendFailure? Failure { get; init; }

    /// <summary>Whether the answer was truncated by a token limit.</summary>
    [Id(6)]
    public bool ReachedLimit { get; init; }

    /// <summary>The fuser's cost in the currency of the configured prices; null if none are configured.</summary>
    [Id(7)]
    public decimal? Cost { get; init; }
}
