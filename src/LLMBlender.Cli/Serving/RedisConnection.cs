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
        catch (RedisConnectionException e) when (e.FailureType is ConnectionFailureType.AuthenticationFailure || IsRefused(e.Message))
        {
            throw new UsageException("--redis: Redis refuses the user or password, or the user's ACL lacks a permission", e);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new UsageException($"--redis: no Redis answers there: {e.GetType().Name}", e);
        }
    }

    private static bool IsRefused(string message) => Array.Exists(["WRONGPASS", "NOAUTH", "NOPERM"], code => message.Contains(code, StringComparison.Ordinal));
}
