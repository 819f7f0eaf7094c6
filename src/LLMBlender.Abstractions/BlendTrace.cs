namespace LLMBlender.Abstractions;

/// <summary>The steps of a blend; times in seconds.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendTrace")]
public sealed record BlendTrace
{
    /// <summary>The panel's members, in its order; empty if the request contains candidates.</summary>
    [Id(0)]
    public required MemberReport[] Members { get; init; }

    /// <summary>Duration of the panel's answers.</summary>
    [Id(1)]
    public double PanelSeconds { get; init; }

    /// <summary>Duration of ranking.</summary>
    [Id(2)]
    public double RankSeconds { get; init; }

    /// <summary>Duration of fusion, and of the comparison of the fused answer with the best candidate.</summary>
    [Id(3)]
    public double FuseSeconds { get; init; }

    /// <summary>The ranking with its matrix; null if the candidates were not ranked.</summary>
    [Id(4)]
    public RankingResponse? Ranking { get; init; }
}
