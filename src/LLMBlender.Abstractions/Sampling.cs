namespace LLMBlender.Abstractions;

/// <summary>How a request wants answers written; what is null is each backend's own.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.Sampling")]
public sealed record Sampling
{
    /// <summary>How freely tokens are drawn.</summary>
    [Id(0)]
    public float? Temperature { get; init; }

    /// <summary>The share of probability that tokens are drawn from.</summary>
    [Id(1)]
    public float? TopP { get; init; }

    /// <summary>Tokens of an answer at most, at least 1. A backend's own limit holds where it is lower.</summary>
    [Id(2)]
    public int? MaxTokens { get; init; }

    /// <summary>An answer ends before the first of these.</summary>
    [Id(3)]
    public string[]? Stop { get; init; }

    /// <summary>Where drawing starts; a backend's further samples add 1, 2 and so on to it.</summary>
    [Id(4)]
    public long? Seed { get; init; }

    /// <summary>How much tokens that came before are avoided.</summary>
    [Id(5)]
    public float? PresencePenalty { get; init; }

    /// <summary>How much tokens that came often before are avoided.</summary>
    [Id(6)]
    public float? FrequencyPenalty { get; init; }
}
