namespace LLMBlender.Abstractions;

/// <summary>Asks which of two candidates, a and b, is better.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.CompareRequest")]
public sealed record CompareRequest
{
    /// <summary>The instruction; may be empty where there is an input.</summary>
    [Id(0)]
    public required string Instruction { get; init; }

    /// <summary>What the instruction is about, if anything.</summary>
    [Id(1)]
    public string? Input { get; init; }

    /// <summary>The candidate a.</summary>
    [Id(2)]
    public required string A { get; init; }

    /// <summary>The candidate b.</summary>
    [Id(3)]
    public required string B { get; init; }

    /// <summary>In which orders they are put before the ranker.</summary>
    [Id(4)]
    public PairOrder Order { get; init; }

    /// <summary>The ranker's name; null for the default one.</summary>
    [Id(5)]
    public string? Ranker { get; init; }

    /// <summary>The time that it may take.</summary>
    [Id(6)]
    public TimeSpan Timeout { get; init; } = RequestTime.Default;

    /// <summary>Asks which of two conversations has the better answers; see <see cref="ConversationPair"/>.</summary>
    /// <exception cref="ArgumentException">They are no such conversations; the message says why.</exception>
    public static CompareRequest Of(IReadOnlyList<ChatTurn> conversationA, IReadOnlyList<ChatTurn> conversationB)
    {
        var pair = ConversationPair.Of(conversationA, conversationB);
        return new CompareRequest { Instruction = ConversationPair.Instruction, Input = pair.Input, A = pair.A, B = pair.B };
    }
}
