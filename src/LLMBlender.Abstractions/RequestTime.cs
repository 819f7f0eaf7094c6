namespace LLMBlender.Abstractions;

/// <summary>How long a request may take.</summary>
public static class RequestTime
{
    /// <summary>The time of a request that names none.</summary>
    public static TimeSpan Default { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest time that a request may name.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromMinutes(10);

    /// <summary>What Orleans is told: longer than any request, whose own deadline comes first and says what was missing.</summary>
    public const string BeyondAny = "00:11:00";
}
