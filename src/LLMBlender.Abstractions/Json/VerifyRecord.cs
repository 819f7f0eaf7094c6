using System.ComponentModel.DataAnnotations;

namespace LLMBlender.Abstractions.Json;

/// <summary>Answers to verify.</summary>
public sealed record VerifyRecord : SourceRecord
{
    /// <summary>The instruction; may be empty if there is an input.</summary>
    public required string Instruction { get; init; }

    /// <summary>The input of the instruction; null for none.</summary>
    public string? Input { get; init; }

    /// <summary>The answers, at least one.</summary>
    public required CandidateRecord[] Candidates { get; init; }

    /// <summary>An answer that is good enough: each candidate is compared with it alone. By default they are compared with one another.</summary>
    public string? Reference { get; init; }

    /// <summary>The panel whose ranker, confidence or risk and calibration apply; by default none.</summary>
    public string? Panel { get; init; }

    /// <summary>The ranker's name; by default the panel's, else the first one configured. A panel's calibration applies to its own ranker alone.</summary>
    public string? Ranker { get; init; }

    /// <summary>The confidence from which an answer is accepted, from 0.5 to 1; by default the panel's, else 0.9.</summary>
    [Range(0.5, 1.0)]
    public double? Confidence { get; init; }

    /// <summary>How far from one half the probability that one of two answers is better may be for a tie, from 0 to 0.5; 0.05 by default.</summary>
    [Range(0, 0.5)]
    public double? TieMargin { get; init; }
}
