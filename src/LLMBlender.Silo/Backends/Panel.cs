namespace LLMBlender.Silo.Backends;

/// <summary>The backends that are asked together, and how long they are waited for.</summary>
/// <param name="Name">What requests call it.</param>
/// <param name="Members">The backends' names, at least one.</param>
public sealed record Panel(string Name, string[] Members)
{
    /// <summary>How many answers are enough to go on without the others, from 1; null for all.</summary>
    public int? Quorum { get; init; }

    /// <summary>How long the others are waited for once there are enough.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The share of a request's time that the panel may take: ranking and fusing want theirs.</summary>
    public double TimeShare { get; init; } = 0.7;
}
