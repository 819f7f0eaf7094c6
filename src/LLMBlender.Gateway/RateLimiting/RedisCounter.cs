using System.Globalization;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using StackExchange.Redis;

namespace LLMBlender.Gateway.RateLimiting;

/// <summary>Counts usage in the cluster's Redis: an expiring hash for each caller and day.</summary>
internal sealed class RedisCounter(IConnectionMultiplexer redis, IOptions<ClusterOptions> cluster) : ISharedCounter
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(2);
    private static readonly RedisValue Spent = "spent";
    private static readonly RedisValue Tokens = "tokens";

    /// <inheritdoc/>
    public async Task<(long Billionths, long Tokens)> AddAsync(string caller, DateOnly day, long billionths, long tokens)
    {
        RedisKey key = $"llmblender:caller:{cluster.Value.ClusterId}:{caller}:{day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}";
        var both = redis.GetDatabase().CreateTransaction();
        var spent = both.HashIncrementAsync(key, Spent, billionths);
        var had = both.HashIncrementAsync(key, Tokens, tokens);
        var expire = both.KeyExpireAsync(key, Retention);
        await both.ExecuteAsync();
        await expire;
        return (await spent, await had);
    }
}
