namespace LLMBlender.Abstractions;

/// <summary>Asks for one answer made of many: of a panel's, or of candidates that are there already.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendRequest")]
public sealed record BlendRequest
{
    /// <summary>The caller's id of the request, returned in the response; null for none.</summary>
    [Id(0)]
    public string? Id { get; init; }

    /// <summary>The instruction; may be empty where there is an input.</summary>
    [Id(1)]
    public required string Instruction { get; init; }

    /// <summary>What the instruction is about, if anything.</summary>
    [Id(2)]
    public string? Input { get; init; }

    /// <summary>The candidates to blend; null to ask a panel for them.</summary>
    [Id(3)]
    public Candidate[]? Candidates { get; init; }

    /// <summary>The panel to ask; null for the default one. Goes with no candidates.</summary>
    [Id(4)]
    public string? Panel { get; init; }

    /// <summary>The ranker's name; null for the default one.</summary>
    [Id(5)]
    public string? Ranker { get; init; }

    /// <summary>How comparisons become a ranking; null for the default aggregation.</summary>
    [Id(6)]
    public string? Aggregation { get; init; }

    /// <summary>The fuser's name; null for the default one.</summary>
    [Id(7)]
    public string? Fuser { get; init; }

    /// <summary>How many of the best candidates are fused, at least 1; null for the fuser's own default.</summary>
    [Id(8)]
    public int? TopK { get; init; }

    /// <summary>The time that the whole blend may take; a panel's deadline may be shorter. Every wait on the way ends by it.</summary>
    [Id(9)]
    public TimeSpan Timeout { get; init; } = RequestTime.Longest;

    // Id 10 was Call, the id of the call. It is not reused.

    /// <summary>
    /// The conversation, the last message the one to answer; null where the instruction is all there is. A panel reads it
    /// instead of the instruction, which then only says to the ranker what was asked.
    /// </summary>
    [Id(11)]
    public ChatTurn[]? Messages { get; init; }

    /// <summary>How a panel is to write; null to leave it to the panel.</summary>
    [Id(12)]
    public Sampling? Sampling { get; init; }

    /// <summary>Whether the response is to carry its trace.</summary>
    [Id(13)]
    public bool WithTrace { get; init; }

    /// <summary>
    /// Whether a stream returns events of its steps. Returned events cannot be revoked: such a stream is not retried on another
    /// silo where one is lost.
    /// </summary>
    [Id(14)]
    public bool WithProgress { get; init; }

    /// <summary>The form that answers must have; null for text as it comes. Requires a panel that forwards it.</summary>
    [Id(15)]
    public AnswerFormat? Format { get; init; }

    /// <summary>What answers may call; null for nothing. Requires a panel that forwards it.</summary>
    [Id(16)]
    public ToolOffer? Tools { get; init; }

    /// <summary>
    /// Whether a stream is to give the fused answer as it is written, before the ranker has compared it with the best candidate:
    /// the last update's response then says which answer counts. Otherwise the stream gives nothing but the answer that counts.
    /// </summary>
    [Id(17)]
    public bool WithDraft { get; init; }

    /// <summary>Whether the fused answer is given without being compared with the best candidate.</summary>
    [Id(18)]
    public bool WithoutGuard { get; init; }

    /// <summary>
    /// Further fields for the panel's members, as a JSON object in the format of OpenAI's chat completions; null for none. They have
    /// precedence over the typed ones.
    /// </summary>
    [Id(19)]
    public string? Fields { get; init; }
}
