using LLMBlender.Records;
using LLMBlender.Silo.Hosting;
using StackExchange.Redis;

namespace LLMBlender.Cli.Serving;

/// <summary>Opens the cache's connection to Redis at startup.</summary>
internal static class RedisConnection
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Connects, and waits for a Redis that does not answer yet, because processes and their Redis may start together.</summary>
    /// <param name="address">The address.</param>
    /// <param name="wait">How long it waits; 0 for a single attempt.</param>
    /// <param name="note">Says once that it waits.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="UsageException">The address is invalid, Redis refuses the user, or it doesn't answer within <paramref name="wait"/>.</exception>
    public static async Task<IConnectionMultiplexer> OpenAsync(
        string address, TimeSpan wait, Action<string> note, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await ConnectAsync(address, cancellationToken);
            }
            catch (UsageException e) when (e.InnerException is RedisException or TimeoutException && !IsRefused(e.InnerException) && timeProvider.GetElapsedTime(start) < wait)
            {
                if (attempt == 0)
                {
                    note($"no Redis answers yet; waiting for it for {wait.TotalSeconds:0} s");
                }

                await Task.Delay(Pause, timeProvider, cancellationToken);
            }
        }
    }

    private static async Task<IConnectionMultiplexer> ConnectAsync(string address, CancellationToken cancellationToken)
    {
        try
        {
            var options = LLMBlenderSiloExtensions.ForCache(address);
            options.AbortOnConnectFail = true;
            options.ConnectRetry = 1;
            return await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(ConnectTimeout, cancellationToken);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--redis {Sentences.WithoutParameter(e)}", e);
        }
        catch (RedisConnectionException e) when (IsRefused(e))
        {
            throw new UsageException("--redis: Redis refuses the user or password, or the user's ACL lacks a permission", e);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new UsageException($"--redis: no Redis answers there: {e.GetType().Name}", e);
        }
    }

    private static bool IsRefused(Exception e) => e is RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure }
        || Array.Exists(["WRONGPASS", "NOAUTH", "NOPERM"], code => e.Message.Contains(code, StringComparison.Ordinal));
}
