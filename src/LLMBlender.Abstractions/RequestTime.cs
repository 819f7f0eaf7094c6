namespace LLMBlender.Abstractions;

/// <summary>How long a request may take.</summary>
public static class RequestTime
{
    /// <summary>The time of a request that names none, except a blend, which has <see cref="Longest"/>.</summary>
    public static TimeSpan Default { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest time that a request may name.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromMinutes(10);

    /// <summary>Orleans' response timeout: longer than any request, whose own deadline ends first with a specific error.</summary>
    public const string BeyondAny = "00:11:00";
}
