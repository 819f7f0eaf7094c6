namespace LLMBlender.Abstractions;

/// <summary>Time limits of requests.</summary>
public static class RequestTime
{
    /// <summary>The time limit of a request that sets none; a blend's is <see cref="Longest"/>.</summary>
    public static TimeSpan Default { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest time limit that a request can set.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromMinutes(10);

    /// <summary>Orleans' response timeout: longer than any request, so that the request's own deadline passes first, with a specific error.</summary>
    public const string BeyondAny = "00:11:00";
}
