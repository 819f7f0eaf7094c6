namespace LLMBlender.Training.Teaching;

/// <summary>How a run's linear teacher is made.</summary>
internal sealed record TeacherOptions
{
    /// <summary>Tags of preferences, grouped by who judged what: each crowd gets weights of its own.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Crowds { get; init; }

    public double Ridge { get; init; } = 16;

    /// <summary>Share of a judged pair's own label in what is learned of it; the rest is the teacher's label.</summary>
    public double LabelShare { get; init; } = 0.3;

    /// <summary>Weight of the losses that ask for each crowd's label and for the crowd.</summary>
    public double Weight { get; init; } = 0.5;
}
