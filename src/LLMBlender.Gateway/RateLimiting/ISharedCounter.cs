namespace LLMBlender.Gateway.RateLimiting;

/// <summary>Counts callers' usage over all gateways. Safe for concurrent use.</summary>
internal interface ISharedCounter
{
    /// <summary>Adds to a caller's usage on a day, and returns the total.</summary>
    /// <param name="caller">Its name.</param>
    /// <param name="day">The day, in UTC.</param>
    /// <param name="billionths">Billionths of the prices' currency.</param>
    /// <param name="tokens">Tokens read and written.</param>
    Task<(long Billionths, long Tokens)> AddAsync(string caller, DateOnly day, long billionths, long tokens);
}
