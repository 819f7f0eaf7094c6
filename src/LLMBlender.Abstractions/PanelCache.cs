namespace LLMBlender.Abstractions;

/// <summary>How a panel's answers are kept and given again to equal requests.</summary>
/// <param name="Lifetime">How long an answer is kept.</param>
/// <param name="Version">A hash of everything besides the request that an answer depends on: the panel, its models and the program.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.PanelCache")]
public sealed record PanelCache([property: Id(0)] TimeSpan Lifetime, [property: Id(1)] string Version)
{
    /// <summary>Whether a caller gets answers that other callers asked for.</summary>
    [Id(2)]
    public bool IsShared { get; init; }

    /// <summary>Whether answers that are sampled at a temperature above 0 are kept too.</summary>
    [Id(3)]
    public bool KeepsSampled { get; init; }

    /// <summary>Whether only requests that ask for it use the cache.</summary>
    [Id(4)]
    public bool OnRequest { get; init; }

    /// <summary>Whether all members have temperature 0 unless a request sets another one.</summary>
    [Id(5)]
    public bool IsGreedy { get; init; }
}
