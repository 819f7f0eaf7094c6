using LLMBlender.Abstractions;

namespace LLMBlender.Local.Backends;

/// <summary>Asks one backend for its answer.</summary>
/// <param name="Instruction">The instruction; may be empty where there is an input.</param>
/// <param name="Input">What the instruction is about, if anything.</param>
/// <param name="Timeout">The time that it may take.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.BackendRequest")]
public sealed record BackendRequest(
    [property: Id(0)] string Instruction, [property: Id(1)] string? Input, [property: Id(2)] TimeSpan Timeout)
{
    /// <summary>The conversation, which is asked instead of instruction and input where it is not null.</summary>
    [Id(3)]
    public ChatTurn[]? Messages { get; init; }

    /// <summary>Sampling parameters; null for the backend's own.</summary>
    [Id(4)]
    public Sampling? Sampling { get; init; }

    /// <summary>The form that the answer must have; null for text in any form.</summary>
    [Id(5)]
    public AnswerFormat? Format { get; init; }

    /// <summary>The tools that the answer may call; null for none.</summary>
    [Id(6)]
    public ToolOffer? Tools { get; init; }
}
