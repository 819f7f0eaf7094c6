using StackExchange.Redis;

namespace LLMBlender.Client;

/// <summary>Where Redis is, as it is written on command lines and in configurations.</summary>
public static class RedisAddress
{
    /// <summary>Reads <c>HOST:PORT</c> or a StackExchange.Redis configuration.</summary>
    /// <remarks>A Redis that goes away is connected to again, whenever it comes back.</remarks>
    /// <exception cref="ArgumentException">It is neither. The message doesn't repeat it, for it may hold a password.</exception>
    public static ConfigurationOptions Parse(string address)
    {
        try
        {
            var options = ConfigurationOptions.Parse(address);
            if (options.EndPoints.Count == 0)
            {
                throw new ArgumentException("names no HOST:PORT", nameof(address));
            }

            options.AbortOnConnectFail = false;
            options.ReconnectRetryPolicy = new LinearRetry(500);
            return options;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new ArgumentException("is no Redis address: it must be HOST:PORT or a StackExchange.Redis configuration", nameof(address), e);
        }
    }
}
