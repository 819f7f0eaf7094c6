namespace LLMBlender.Abstractions;

/// <summary>The tools that answers can call, and whether they must.</summary>
/// <param name="Tools">The tools, at least one.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.ToolOffer")]
public sealed record ToolOffer([property: Id(0)] Tool[] Tools)
{
    /// <summary>Whether an answer calls tools.</summary>
    [Id(1)]
    public ToolChoice Choice { get; init; }

    /// <summary>The one tool that an answer must call; null unless <see cref="Choice"/> is <see cref="ToolChoice.Required"/>.</summary>
    [Id(2)]
    public string? Only { get; init; }

    /// <summary>Whether an answer can contain several calls; null for the backend's default.</summary>
    [Id(3)]
    public bool? Parallel { get; init; }
}

/// <summary>Whether an answer calls tools.</summary>
[GenerateSerializer, Alias("LLMBlender.ToolChoice")]
public enum ToolChoice
{
    /// <summary>The model decides.</summary>
    Auto,

    /// <summary>No calls.</summary>
    None,

    /// <summary>At least one call.</summary>
    Required,
}
