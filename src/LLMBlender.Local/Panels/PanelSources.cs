using LLMBlender.Abstractions;

namespace LLMBlender.Local.Panels;

/// <summary>The sources of a panel registry besides its settings.</summary>
public sealed record PanelSources
{
    /// <summary>Reads a file of recorded answers.</summary>
    public required Func<string, IEnumerable<(string Instruction, string? Input, Candidate[] Candidates)>> Records { get; init; }

    /// <summary>Reads the records of the panel that is used if no other is configured.</summary>
    public required Func<IEnumerable<(string Instruction, string? Input, Candidate[] Candidates)>> Sample { get; init; }

    /// <summary>Reads an environment variable; null if it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Finds the encoder that a route reads by its model's name; null where no models are loaded.</summary>
    public Func<string, QuestionEncoder>? Encoders { get; init; }

    /// <summary>Measures retry delays and breaks.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
