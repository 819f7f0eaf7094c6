namespace LLMBlender.Gateway.RateLimiting;

/// <summary>Counts callers' usage over all gateways. Thread-safe.</summary>
internal interface ISharedCounter
{
    /// <summary>Adds to a caller's usage on a day, and returns the total.</summary>
    /// <param name="caller">The caller's name.</param>
    /// <param name="day">The day, in UTC.</param>
    /// <param name="billionths">The cost in billionths of the prices' currency.</param>
    /// <param name="tokens">The number of input and output tokens.</param>
    Task<(long Billionths, long Tokens)> AddAsync(string caller, DateOnly day, long billionths, long tokens);
}
