namespace LLMBlender.Abstractions.Json;

/// <summary>An instruction to be answered by a blend: of a panel's answers, or of candidates that are given.</summary>
public sealed record BlendRecord : SourceRecord
{
    /// <summary>The instruction; may be empty where there is an input.</summary>
    public required string Instruction { get; init; }

    /// <summary>What the instruction is about, if anything.</summary>
    public string? Input { get; init; }

    /// <summary>The candidates to blend; without them a panel is asked.</summary>
    public CandidateRecord[]? Candidates { get; init; }

    /// <summary>The panel to ask; by default the first one configured. Excludes candidates.</summary>
    public string? Panel { get; init; }

    /// <summary>The ranker's name; by default the panel's, else the first one configured.</summary>
    public string? Ranker { get; init; }

    /// <summary>How comparisons are aggregated: max-logits, max-wins, bubble-sort, bubble-best, bubble-worst, adaptive.</summary>
    public string? Aggregate { get; init; }

    /// <summary>The fuser's name; by default the panel's, else the first one configured.</summary>
    public string? Fuser { get; init; }

    /// <summary>How many of the best candidates are fused, at least 1; the fuser's own number by default.</summary>
    public int? TopK { get; init; }

    /// <summary>Whether the answer shows how it was made.</summary>
    public bool? Trace { get; init; }

    /// <summary>
    /// Whether the answer comes as server-sent events: asking, a member each, ranking, ranked, fusing, the answer's pieces as they
    /// are written as answer, and done with the whole result, whose answer counts; or error.
    /// </summary>
    public bool? Stream { get; init; }

    /// <summary>The message form.</summary>
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
