namespace LLMBlender.Silo.Comparing;

/// <summary>The part of a round of comparisons that one silo computes.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.CompareShard")]
internal sealed record CompareShard
{
    /// <summary>The version of the ranker.</summary>
    [Id(0)]
    public required string Ranker { get; init; }

    /// <summary>Instruction and input.</summary>
    [Id(1)]
    public required string Source { get; init; }

    /// <summary>The candidates that pairs index.</summary>
    [Id(2)]
    public required string[] Candidates { get; init; }

    /// <summary>The pairs, two indices into <see cref="Candidates"/> each: first, second, first, second, …</summary>
    [Id(3)]
    public required int[] Pairs { get; init; }

    /// <summary>The remaining time of the caller.</summary>
    [Id(4)]
    public required TimeSpan Timeout { get; init; }

    /// <summary>How long ago the ranking began; zero if it is not known. Shards of older rankings are compared first.</summary>
    [Id(5)]
    public TimeSpan Elapsed { get; init; }
}
