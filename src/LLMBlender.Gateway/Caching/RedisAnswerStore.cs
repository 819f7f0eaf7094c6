using LLMBlender.Client;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using StackExchange.Redis;

namespace LLMBlender.Gateway.Caching;

/// <summary>Stores answers in the cluster's Redis, whose <c>maxmemory</c> limits them. After a failure it is not asked for a second.</summary>
internal sealed class RedisAnswerStore(IConnectionMultiplexer redis, IOptions<ClusterOptions> cluster, TimeProvider timeProvider) : IAnswerStore
{
    // A command waits for a lost connection; the answer does not.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private long failedAt;

    /// <inheritdoc/>
    public async ValueTask<byte[]?> ReadAsync(string key) => await RunAsync(async database => (byte[]?)await database.StringGetAsync(Name(key)));

    /// <inheritdoc/>
    public async ValueTask WriteAsync(string key, byte[] entry, TimeSpan lifetime) =>
        await RunAsync(database => database.StringSetAsync(Name(key), entry, lifetime));

    private async Task<T> RunAsync<T>(Func<IDatabase, Task<T>> run)
    {
        if (Volatile.Read(ref failedAt) is not 0 and var at && timeProvider.GetElapsedTime(at) < Rest)
        {
            throw new AnswerStoreException("the store of answers was not available a moment ago", new TimeoutException());
        }

        try
        {
            return await run(redis.GetDatabase()).Observed().WaitAsync(Patience, timeProvider);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Volatile.Write(ref failedAt, timeProvider.GetTimestamp());
            throw new AnswerStoreException("the store of answers is not available", e);
        }
    }

    private RedisKey Name(string key) => $"llmblender:answer:{cluster.Value.ClusterId}:{key}";
}
