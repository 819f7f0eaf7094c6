namespace LLMBlender.Abstractions;

/// <summary>Describes a panel.</summary>
/// <param name="Name">The name in requests.</param>
/// <param name="Description">The description; may be empty.</param>
/// <param name="Members">The names of its backends.</param>
/// <param name="Fuser">The fuser's name; null for the default one.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.PanelCard")]
public sealed record PanelInfo(
    [property: Id(0)] string Name,
    [property: Id(1)] string Description,
    [property: Id(2)] string[] Members,
    [property: Id(3)] string? Fuser)
{
    /// <summary>Example instructions that it can answer without an input; empty if it answers any.</summary>
    [Id(4)]
    public string[] Examples { get; init; } = [];

    /// <summary>The features that it forwards to its members; see <see cref="ForwardedFeature"/>.</summary>
    [Id(5)]
    public string[] Passes { get; init; } = [];

    /// <summary>Whether the request fails if a member does not support one of its fields.</summary>
    [Id(6)]
    public bool Strict { get; init; }

    /// <summary>Whether a member supports images and files.</summary>
    [Id(7)]
    public bool Sees { get; init; }

    /// <summary>Whether tool results are sent only to the member that made the calls.</summary>
    [Id(8)]
    public bool KeepsMember { get; init; }

    /// <summary>The members whose servers have Anthropic's messages API.</summary>
    [Id(9)]
    public string[] AnthropicMembers { get; init; } = [];

    /// <summary>Whether an answer is one member's, unchanged: neither ranked among several nor fused.</summary>
    [Id(10)]
    public bool IsPassThrough { get; init; }

    /// <summary>The names of the members' models, in the order of <see cref="Members"/>; empty for a member without settings.</summary>
    [Id(11)]
    public string[] Models { get; init; } = [];

    /// <summary>The ranker's name; null for the default one.</summary>
    [Id(12)]
    public string? Ranker { get; init; }

    /// <summary>The aggregation's name; null for the default one.</summary>
    [Id(13)]
    public string? Aggregation { get; init; }

    /// <summary>How many of the best candidates are fused; null for the fuser's own default.</summary>
    [Id(14)]
    public int? TopK { get; init; }

    /// <summary>How its answers are kept and given again; null if they are not.</summary>
    [Id(15)]
    public PanelCache? Cache { get; init; }

    /// <summary>When it accepts the best of its answers; null if it has no such rule.</summary>
    [Id(16)]
    public PanelRule? Rule { get; init; }
}
