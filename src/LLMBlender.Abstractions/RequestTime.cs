namespace LLMBlender.Abstractions;

/// <summary>Time limits of requests.</summary>
public static class RequestTime
{
    /// <summary>The time limit of a request that sets none; a blend's is <see cref="Longest"/>.</summary>
    public static TimeSpan Default { get; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The longest time limit that a request can set: a day, so that it ends no answer that is still being written. Shorter limits are those of
    /// a request and of its panel, and the time without a byte from a model server.
    /// </summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(1);

    /// <summary>Orleans' response timeout: longer than any request, so that the request's own deadline passes first, with a specific error.</summary>
    public const string BeyondAny = "1.00:01:00";
}
