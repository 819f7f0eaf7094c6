namespace LLMBlender.Abstractions;

/// <summary>A request to compare two candidates, a and b.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.CompareRequest")]
public sealed record CompareRequest
{
    /// <summary>The instruction; may be empty if there is an input.</summary>
    [Id(0)]
    public required string Instruction { get; init; }

    /// <summary>The input of the instruction; null for none.</summary>
    [Id(1)]
    public string? Input { get; init; }

    /// <summary>The candidate a.</summary>
    [Id(2)]
    public required string A { get; init; }

    /// <summary>The candidate b.</summary>
    [Id(3)]
    public required string B { get; init; }

    /// <summary>The orders in which the ranker compares them.</summary>
    [Id(4)]
    public PairOrder Order { get; init; }

    /// <summary>The ranker's name; null for the default one.</summary>
    [Id(5)]
    public string? Ranker { get; init; }

    /// <summary>The time limit, above 0 and at most <see cref="RequestTime.Longest"/>.</summary>
    [Id(6)]
    public TimeSpan Timeout { get; init; } = RequestTime.Default;

    /// <summary>
    /// How long to wait for a silo that can serve the request while the cluster has none; null for the whole time limit. A blend sets it,
    /// because it continues without the step.
    /// </summary>
    [Id(7)]
    public TimeSpan? MaxWait { get; init; }

    /// <summary>How the ranker judges, if it is a chat model; null for the default.</summary>
    [Id(8)]
    public JudgeRules? Judging { get; init; }

    /// <summary>Creates a request to compare the answers of two conversations; see <see cref="ConversationPair"/>.</summary>
    /// <exception cref="ArgumentException">The conversations do not form a pair; the message names the rule.</exception>
    public static CompareRequest Of(IReadOnlyList<ChatTurn> conversationA, IReadOnlyList<ChatTurn> conversationB)
    {
        var pair = ConversationPair.Of(conversationA, conversationB);
        return new CompareRequest { Instruction = ConversationPair.Instruction, Input = pair.Input, A = pair.A, B = pair.B };
    }
}
