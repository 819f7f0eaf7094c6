using LLMBlender.Abstractions;

namespace LLMBlender.Local.Backends;

/// <summary>Where a registry of panels comes from, apart from its settings.</summary>
public sealed record PanelSources
{
    /// <summary>Reads a file of recorded answers.</summary>
    public required Func<string, IEnumerable<(string Instruction, string? Input, Candidate[] Candidates)>> Records { get; init; }

    /// <summary>The panel that serves where no other is configured.</summary>
    public required Func<IEnumerable<(string Instruction, string? Input, Candidate[] Candidates)>> Sample { get; init; }

    /// <summary>Reads an environment variable; null where it isn't set.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>What waits go by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
