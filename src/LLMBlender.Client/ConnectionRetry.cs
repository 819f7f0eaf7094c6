using Microsoft.Extensions.Logging;
using Orleans.Runtime.Messaging;
using StackExchange.Redis;

namespace LLMBlender.Client;

/// <summary>
/// Connects again while no server answers, because a client may start before the cluster: until <see cref="LLMBlenderClientOptions.ConnectTimeout"/>, at
/// growing intervals, with one warning. After it, the start of the app fails.
/// </summary>
internal sealed partial class ConnectionRetry(LLMBlenderClientOptions options, TimeProvider timeProvider, ILogger<ConnectionRetry> logger) : IClientConnectionRetryFilter
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private long start;
    private int attempts;

    /// <inheritdoc/>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not (SiloUnavailableException or ConnectionFailedException or RedisException or TimeoutException))
        {
            return false;
        }

        if (attempts++ == 0)
        {
            start = timeProvider.GetTimestamp();
            LogWaiting(options.ClusterId, options.Address, options.ConnectTimeout.TotalSeconds);
        }

        var left = options.ConnectTimeout - timeProvider.GetElapsedTime(start);
        if (left <= TimeSpan.Zero)
        {
            throw new TimeoutException(
                $"no server of cluster \"{options.ClusterId}\" answered at {options.Address} within {options.ConnectTimeout.TotalSeconds:0} s ({attempts} attempts): {exception.Message}", exception);
        }

        var pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, ShortestPause.Ticks << Math.Min(attempts, 4)));
        await Task.Delay(pause < left ? pause : left, timeProvider, cancellationToken);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "no server of cluster \"{ClusterId}\" answers at {Address} yet; connecting for {Seconds:0} s")]
    private partial void LogWaiting(string clusterId, string address, double seconds);
}
