namespace LLMBlender.Abstractions;

/// <summary>Sampling parameters of a request; null values are the backend's defaults.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.Sampling")]
public sealed record Sampling
{
    /// <summary>The sampling temperature.</summary>
    [Id(0)]
    public float? Temperature { get; init; }

    /// <summary>The probability mass of nucleus sampling (top-p).</summary>
    [Id(1)]
    public float? TopP { get; init; }

    /// <summary>The maximum number of output tokens, at least 1. A lower limit of the backend takes precedence.</summary>
    [Id(2)]
    public int? MaxTokens { get; init; }

    /// <summary>The stop sequences: the answer ends before the first of them.</summary>
    [Id(3)]
    public string[]? Stop { get; init; }

    /// <summary>The sampling seed. A backend's second sample uses seed + 1, and so on.</summary>
    [Id(4)]
    public long? Seed { get; init; }

    /// <summary>The presence penalty.</summary>
    [Id(5)]
    public float? PresencePenalty { get; init; }

    /// <summary>The frequency penalty.</summary>
    [Id(6)]
    public float? FrequencyPenalty { get; init; }
}
