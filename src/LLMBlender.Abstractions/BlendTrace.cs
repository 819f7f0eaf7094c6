namespace LLMBlender.Abstractions;

/// <summary>How a blend came about, step by step; times in seconds.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendTrace")]
public sealed record BlendTrace
{
    /// <summary>The panel's members, in its order; empty where the candidates were given.</summary>
    [Id(0)]
    public required MemberReport[] Members { get; init; }

    /// <summary>From asking the panel to having its answers.</summary>
    [Id(1)]
    public double PanelSeconds { get; init; }

    /// <summary>Ranking.</summary>
    [Id(2)]
    public double RankSeconds { get; init; }

    /// <summary>Fusing, and the ranker's word on what was fused.</summary>
    [Id(3)]
    public double FuseSeconds { get; init; }

    /// <summary>The comparisons, as <see cref="RankingResponse"/> has them with its matrix; null where the candidates were not ranked.</summary>
    [Id(4)]
    public RankingResponse? Ranking { get; init; }
}
