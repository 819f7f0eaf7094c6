namespace LLMBlender.Gateway.Callers;

/// <summary>Counts what callers have had over all gateways. Safe for concurrent use.</summary>
internal interface ISharedCounter
{
    /// <summary>Adds to what a caller has had on a day, and tells the whole.</summary>
    /// <param name="caller">Its name.</param>
    /// <param name="day">The day, in UTC.</param>
    /// <param name="billionths">Billionths of the prices' currency.</param>
    /// <param name="tokens">Tokens read and written.</param>
    Task<(long Billionths, long Tokens)> AddAsync(string caller, DateOnly day, long billionths, long tokens);
}
