using LLMBlender.Records;
using LLMBlender.Silo.Hosting;
using StackExchange.Redis;

namespace LLMBlender.Cli.Serving;

/// <summary>Opens the cache's connection to Redis at startup.</summary>
internal static class RedisConnection
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Connects.</summary>
    /// <exception cref="UsageException">The address is invalid, or Redis doesn't answer there.</exception>
    public static async Task<IConnectionMultiplexer> OpenAsync(string address, CancellationToken cancellationToken)
    {
        try
        {
            var options = LLMBlenderSiloExtensions.ForCache(address);
            options.AbortOnConnectFail = true;
            options.ConnectRetry = 5;
            return await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(ConnectTimeout, cancellationToken);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--redis {Sentences.WithoutParameter(e)}", e);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new UsageException($"--redis: no Redis answers there: {e.GetType().Name}", e);
        }
    }
}
