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

    /// <summary>How comparisons are aggregated: max-logits, max-wins, bubble-sort, bubble-best, bubble-worst, adaptive.</summary>
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

    /// <summary>Converts the record to a message.</summary>
    public BlendRequest ToRequest() => new()
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
        Timeout = Timeout is null ? RequestTime.Longest : Time,
    };
}
