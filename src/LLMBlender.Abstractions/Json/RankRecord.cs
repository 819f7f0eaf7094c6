using System.ComponentModel.DataAnnotations;

namespace LLMBlender.Abstractions.Json;

/// <summary>Candidates to rank.</summary>
public sealed record RankRecord : SourceRecord
{
    /// <summary>The instruction; may be empty if there is an input.</summary>
    public required string Instruction { get; init; }

    /// <summary>The input of the instruction; null for none.</summary>
    public string? Input { get; init; }

    /// <summary>The candidates, at least one.</summary>
    public required CandidateRecord[] Candidates { get; init; }

    /// <summary>The ranker's name; by default the first one configured.</summary>
    public string? Ranker { get; init; }

    /// <summary>How comparisons are aggregated: max-logits, max-wins, bubble-sort, bubble-best, bubble-worst, adaptive, adaptive-best.</summary>
    public string? Aggregate { get; init; }

    /// <summary>A text to compare each candidate with, instead of comparing all pairs: a score is then M[i,ref] − M[ref,i].</summary>
    public string? Reference { get; init; }

    /// <summary>Which candidate is the reference, if it is one of them: longest, shortest, median_length, first, last.</summary>
    public string? ReferenceMode { get; init; }

    /// <summary>Whether the response contains the comparison matrix.</summary>
    public bool? Matrix { get; init; }

    /// <summary>How many of the best candidates the response lists; none by default.</summary>
    [Range(1, int.MaxValue)]
    public int? TopK { get; init; }

    /// <summary>Converts the record to a message.</summary>
    public RankingRequest ToRequest() => new()
    {
        Instruction = Instruction,
        Input = Input,
        Candidates = Array.ConvertAll(Candidates, static candidate => candidate.ToCandidate()),
        Ranker = Ranker,
        Aggregation = Aggregate,
        Reference = Reference,
        ReferenceMode = ReferenceMode,
        WithMatrix = Matrix == true,
        Timeout = Time,
    };
}
