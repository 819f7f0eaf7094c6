namespace LLMBlender.Abstractions.Json;

/// <summary>A request to blend a panel's answers, or given candidates, into one answer.</summary>
public sealed record BlendRecord : SourceRecord
{
    /// <summary>The instruction; may be empty if there is an input.</summary>
    public required string Instruction { get; init; }

    /// <summary>The input of the instruction; null for none.</summary>
    public string? Input { get; init; }

    /// <summary>The candidates to blend; by default a panel's answers.</summary>
    public CandidateRecord[]? Candidates { get; init; }

    /// <summary>The panel's name; by default the first one configured. Excludes candidates.</summary>
    public string? Panel { get; init; }

    /// <summary>The ranker's name; by default the panel's, else the first one configured.</summary>
    public string? Ranker { get; init; }

    /// <summary>How comparisons are aggregated: max-logits, max-wins, bubble-sort, bubble-best, bubble-worst, adaptive, adaptive-best.</summary>
    public string? Aggregate { get; init; }

    /// <summary>The fuser's name; by default the panel's, else the first one configured.</summary>
    public string? Fuser { get; init; }

    /// <summary>How many of the best candidates are fused, at least 1; by default the fuser's own number.</summary>
    public int? TopK { get; init; }

    /// <summary>Whether the response contains a trace.</summary>
    public bool? Trace { get; init; }

    /// <summary>
    /// Whether the response is a stream of server-sent events: asking, one member each, ranking, ranked, fusing, the answer's text as it
    /// is generated as answer, and done with the whole result and the final answer; or error.
    /// </summary>
    public bool? Stream { get; init; }

    /// <summary>
    /// Whether the stream also contains members' texts as they are generated, as member_text. A member's event that follows has the whole text. Requires stream.
    /// </summary>
    public bool? WithMemberText { get; init; }

    /// <summary>The conversation before the instruction, oldest message first; by default none.</summary>
    public MessageRecord[]? History { get; init; }

    /// <summary>The members to ask, of the panel's own and of those that it offers. Requires a panel whose Overrides have members.</summary>
    public string[]? Members { get; init; }

    /// <summary>The members by stage, each as often as it is listed. Requires a panel whose Overrides have stages. Excludes members.</summary>
    public string[][]? Stages { get; init; }

    /// <summary>The confidence from which the best answer so far is accepted, from 0 to 1. Requires a panel whose Overrides have confidence.</summary>
    public double? Confidence { get; init; }

    /// <summary>The cost that the members' answers are not to exceed, above 0. Requires a panel whose Overrides have max_cost.</summary>
    public decimal? MaxCost { get; init; }

    /// <summary>The maximum number of answers that are asked from members, at least 1. Requires a panel whose Overrides have max_calls.</summary>
    public int? MaxCalls { get; init; }

    /// <summary>How much members reason, by name, or * for every one: low, medium, high, or what their servers take. Requires a panel whose Overrides have effort.</summary>
    public Dictionary<string, string>? Effort { get; init; }

    /// <summary>
    /// Whether the panel's answer cache is used: true for a panel that keeps only answers of requests that ask for it, false to neither get nor keep a kept
    /// answer. Only servers keep answers.
    /// </summary>
    public bool? Cache { get; init; }

    /// <summary>Converts the record to a message.</summary>
    /// <exception cref="BlendException">The history has an unknown role or an empty message.</exception>
    public BlendRequest ToRequest()
    {
        if (WithMemberText == true && Stream != true)
        {
            throw BlendException.Invalid("with_member_text", "\"with_member_text\" is true, and requires \"stream\": true");
        }

        return History is { Length: > 0 } history ? WithHistory(ToRequestAlone(), history) : ToRequestAlone();
    }

    // The members get the messages, and the ranker one text with the speakers' names.
    private static BlendRequest WithHistory(BlendRequest request, MessageRecord[] history)
    {
        var last = request.Input is { Length: > 0 } input ? $"{request.Instruction}\n\n{input}" : request.Instruction;
        ChatTurn[] turns = [.. history.Select(static (message, index) => message.ToTurn($"history[{index}]")), new ChatTurn(Conversation.User, last)];
        return request with
        {
            Instruction = Conversation.ToInstruction(turns),
            Input = null,
            Messages = request.Candidates is null ? turns : null,
        };
    }

    private BlendRequest ToRequestAlone() => new()
    {
        Id = Id?.Text,
        Instruction = Instruction,
        Input = Input,
        Candidates = Candidates is { } candidates ? Array.ConvertAll(candidates, static candidate => candidate.ToCandidate()) : null,
        Panel = Panel,
        Ranker = Ranker,
        Aggregation = Aggregate,
        Fuser = Fuser,
        TopK = TopK,
        WithTrace = Trace == true,
        WithMemberText = WithMemberText == true,
        Composition = Composition.Of(Members, Stages, Confidence, MaxCost, MaxCalls, Effort),
        Timeout = Timeout is null ? RequestTime.Longest : Time,
    };
}
