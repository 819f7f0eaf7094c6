namespace LLMBlender.Abstractions;

/// <summary>Asks one member of a panel for its answer.</summary>
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

    /// <summary>How it is to write; null to leave that to the backend.</summary>
    [Id(4)]
    public Sampling? Sampling { get; init; }

    /// <summary>The form that answers must have; null for text as it comes. Goes only with a panel that passes it on.</summary>
    [Id(5)]
    public AnswerFormat? Format { get; init; }

    /// <summary>What answers may call; null for nothing. Goes only with a panel that passes it on.</summary>
    [Id(6)]
    public ToolOffer? Tools { get; init; }
}
