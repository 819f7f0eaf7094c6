namespace LLMBlender.Abstractions;

/// <summary>A request to blend a panel's answers, or given candidates, into one answer.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.BlendRequest")]
public sealed record BlendRequest
{
    /// <summary>The caller's id of the request, returned in the response; null for none.</summary>
    [Id(0)]
    public string? Id { get; init; }

    /// <summary>The instruction; may be empty if there is an input.</summary>
    [Id(1)]
    public required string Instruction { get; init; }

    /// <summary>The input of the instruction; null for none.</summary>
    [Id(2)]
    public string? Input { get; init; }

    /// <summary>The candidates to blend; null for a panel's answers.</summary>
    [Id(3)]
    public Candidate[]? Candidates { get; init; }

    /// <summary>The panel's name; null for the default one. Excludes <see cref="Candidates"/>.</summary>
    [Id(4)]
    public string? Panel { get; init; }

    /// <summary>The ranker's name; null for the default one.</summary>
    [Id(5)]
    public string? Ranker { get; init; }

    /// <summary>The name of the aggregation of comparisons to a ranking; null for the default one.</summary>
    [Id(6)]
    public string? Aggregation { get; init; }

    /// <summary>The fuser's name; null for the default one.</summary>
    [Id(7)]
    public string? Fuser { get; init; }

    /// <summary>How many of the best candidates are fused, at least 1; null for the fuser's own default.</summary>
    [Id(8)]
    public int? TopK { get; init; }

    /// <summary>The time limit of the whole blend, above 0 and at most <see cref="RequestTime.Longest"/>; a panel's deadline may be shorter.</summary>
    [Id(9)]
    public TimeSpan Timeout { get; init; } = RequestTime.Longest;

    // Id 10 was Call, the id of the call. It is not reused.

    /// <summary>
    /// The conversation, whose last message is to be answered; null for the instruction alone. A panel gets the conversation
    /// instead of the instruction, which then is only for the ranker.
    /// </summary>
    [Id(11)]
    public ChatTurn[]? Messages { get; init; }

    /// <summary>The sampling parameters for a panel; null for its own.</summary>
    [Id(12)]
    public Sampling? Sampling { get; init; }

    /// <summary>Whether the response contains a trace.</summary>
    [Id(13)]
    public bool WithTrace { get; init; }

    /// <summary>
    /// Whether a stream contains events of its steps. Returned events cannot be revoked: such a stream is not retried on another silo
    /// if its silo is lost.
    /// </summary>
    [Id(14)]
    public bool WithProgress { get; init; }

    /// <summary>The format of answers; null for text. Requires a panel that forwards it.</summary>
    [Id(15)]
    public AnswerFormat? Format { get; init; }

    /// <summary>The tools that answers may call; null for none. Requires a panel that forwards them.</summary>
    [Id(16)]
    public ToolOffer? Tools { get; init; }

    /// <summary>
    /// Whether a stream contains the fused answer as it is generated, before it is compared with the best candidate: the final answer
    /// is in the last update's response and can differ. Otherwise only the final answer is streamed.
    /// </summary>
    [Id(17)]
    public bool WithDraft { get; init; }

    /// <summary>Whether the fused answer is returned without a comparison with the best candidate.</summary>
    [Id(18)]
    public bool WithoutGuard { get; init; }

    /// <summary>
    /// Further fields for the panel's members, as a JSON object in the format of OpenAI's chat completions; null for none. They take
    /// precedence over the typed properties.
    /// </summary>
    [Id(19)]
    public string? Fields { get; init; }

    /// <summary>The only member of the panel to call: the one that made the tool calls whose results end the conversation; null for all.</summary>
    [Id(20)]
    public string? Member { get; init; }

    /// <summary>
    /// The request in the format of Anthropic's messages API, a JSON object without model, limit and stream; null if it had another format. Members with
    /// that API get it unchanged instead of <see cref="Messages"/>, <see cref="Tools"/> and <see cref="Fields"/>, which express the same for the others.
    /// </summary>
    [Id(21)]
    public string? AnthropicSource { get; init; }

    /// <summary>
    /// Whether the events of a stream contain members' texts as they are generated. Requires <see cref="WithProgress"/>. Members are then asked to stream.
    /// </summary>
    [Id(22)]
    public bool WithMemberText { get; init; }

    /// <summary>What the request changes of its panel; null for nothing. Requires a panel that lets requests change it.</summary>
    [Id(23)]
    public Composition? Composition { get; init; }

    /// <summary>The prompt of a fuser that is a chat model: the name of a preset, or a template; null for the default. A panel sets its own.</summary>
    [Id(24)]
    public string? FuserPrompt { get; init; }

    /// <summary>How a ranker that is a chat model judges; null for the default. A panel sets its own.</summary>
    [Id(25)]
    public JudgeRules? Judging { get; init; }

    /// <summary>The prior of the ranking; see <see cref="RankingRequest.Prior"/>. A panel sets its own.</summary>
    [Id(26)]
    public string? Prior { get; init; }
}
