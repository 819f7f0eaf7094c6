using StackExchange.Redis;

namespace LLMBlender.Client;

/// <summary>Parses the address of a Redis server.</summary>
public static class RedisAddress
{
    /// <summary>Parses <c>HOST:PORT</c> or a StackExchange.Redis configuration.</summary>
    /// <remarks>After a lost connection, the client reconnects without a limit of attempts.</remarks>
    /// <exception cref="ArgumentException">The address is neither. It may contain a password, so the message does not contain it.</exception>
    public static ConfigurationOptions Parse(string address)
    {
        try
        {
            var options = ConfigurationOptions.Parse(address);
            if (options.EndPoints.Count == 0)
            {
                throw new ArgumentException("contains no HOST:PORT", nameof(address));
            }

            options.AbortOnConnectFail = false;
            options.ReconnectRetryPolicy = new LinearRetry(500);
            return options;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new ArgumentException("is not a Redis address, and must be HOST:PORT or a StackExchange.Redis configuration", nameof(address), e);
        }
    }
}
