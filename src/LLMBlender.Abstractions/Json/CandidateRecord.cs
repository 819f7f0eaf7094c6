namespace LLMBlender.Abstractions.Json;

/// <summary>An answer to the instruction.</summary>
public sealed record CandidateRecord
{
    /// <summary>The model that wrote it; null if unknown.</summary>
    public string? Model { get; init; }

    /// <summary>The answer.</summary>
    public required string Text { get; init; }

    /// <summary>The rank, 1 for the best, if the candidates are ranked.</summary>
    public int? Rank { get; init; }

    /// <summary>Converts the record to a message.</summary>
    public Candidate ToCandidate() => new(Model, Text);
}
