namespace LLMBlender.Abstractions.Json;

/// <summary>An answer to the instruction.</summary>
public sealed record CandidateRecord
{
    /// <summary>The model that wrote it; null when unknown.</summary>
    public string? Model { get; init; }

    /// <summary>The answer.</summary>
    public required string Text { get; init; }

    /// <summary>Its rank, 1 for the best, where candidates have been ranked.</summary>
    public int? Rank { get; init; }

    /// <summary>The message form.</summary>
    public Candidate ToCandidate() => new(Model, Text);
}
