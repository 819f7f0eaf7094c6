namespace LLMBlender.Abstractions;

/// <summary>The tools that answers may call, and whether they should.</summary>
/// <param name="Tools">The tools, at least one.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.ToolOffer")]
public sealed record ToolOffer([property: Id(0)] Tool[] Tools)
{
    /// <summary>Whether an answer calls.</summary>
    [Id(1)]
    public ToolChoice Choice { get; init; }

    /// <summary>The one tool that an answer must call; null unless <see cref="Choice"/> is <see cref="ToolChoice.Required"/>.</summary>
    [Id(2)]
    public string? Only { get; init; }

    /// <summary>Whether an answer may make several calls; null to leave that to the backend.</summary>
    [Id(3)]
    public bool? Parallel { get; init; }
}

/// <summary>Whether an answer calls tools.</summary>
[GenerateSerializer, Alias("LLMBlender.ToolChoice")]
public enum ToolChoice
{
    /// <summary>As the model sees fit.</summary>
    Auto,

    /// <summary>It does not.</summary>
    None,

    /// <summary>It does.</summary>
    Required,
}
