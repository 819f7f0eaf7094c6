namespace LLMBlender.Abstractions;

/// <summary>A request to fuse ranked candidates into one answer.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.FuseRequest")]
public sealed record FuseRequest
{
    /// <summary>The instruction; may be empty if there is an input.</summary>
    [Id(0)]
    public required string Instruction { get; init; }

    /// <summary>The input of the instruction; null for none.</summary>
    [Id(1)]
    public string? Input { get; init; }

    /// <summary>The candidates, best first; at least one.</summary>
    [Id(2)]
    public required Candidate[] Candidates { get; init; }

    /// <summary>The fuser's name; null for the default one.</summary>
    [Id(3)]
    public string? Fuser { get; init; }

    /// <summary>How many of the candidates are fused, at least 1; null for the fuser's own default.</summary>
    [Id(4)]
    public int? TopK { get; init; }

    /// <summary>The time limit, above 0 and at most <see cref="RequestTime.Longest"/>.</summary>
    [Id(5)]
    public TimeSpan Timeout { get; init; } = RequestTime.Default;

    // Id 6 was Call, the id of the call. It is not reused.

    /// <summary>The maximum number of output tokens, if the fuser is a chat model; null for its own limit.</summary>
    [Id(7)]
    public int? MaxTokens { get; init; }

    /// <summary>
    /// How long to wait for a silo that can serve the request while the cluster has none; null for the whole time limit. A blend sets it,
    /// because it continues without the step.
    /// </summary>
    [Id(8)]
    public TimeSpan? MaxWait { get; init; }

    /// <summary>The prompt, if the fuser is a chat model: the name of a preset, or a template; null for the default.</summary>
    [Id(9)]
    public string? Prompt { get; init; }
}
