namespace LLMBlender.Abstractions;

/// <summary>What a panel is, for those who choose one.</summary>
/// <param name="Name">What requests call it.</param>
/// <param name="Description">What it is for; may be empty.</param>
/// <param name="Members">The backends that it asks.</param>
/// <param name="Fuser">Who fuses; null for the default.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.PanelCard")]
public sealed record PanelInfo(
    [property: Id(0)] string Name,
    [property: Id(1)] string Description,
    [property: Id(2)] string[] Members,
    [property: Id(3)] string? Fuser)
{
    /// <summary>Instructions that it has something to say about; empty for a panel that takes any.</summary>
    [Id(4)]
    public string[] Examples { get; init; } = [];

    /// <summary>The features that it forwards to its members: of <see cref="ForwardedFeature"/>.</summary>
    [Id(5)]
    public string[] Passes { get; init; } = [];

    /// <summary>Whether a field that a member does not take fails the request.</summary>
    [Id(6)]
    public bool Strict { get; init; }

    /// <summary>Whether a member reads images and files.</summary>
    [Id(7)]
    public bool Sees { get; init; }
}
