using System.Net;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway.Authentication;

/// <summary>
/// Slows requests with unknown keys, and logs them. After the first few of a minute, an address waits for each refusal; requests with a known key are not slowed,
/// because many callers can share an address. Addresses of one IPv6 network of 64 bits count as one, because a host has all of them. Thread-safe.
/// </summary>
/// <param name="logger">The log.</param>
/// <param name="timeProvider">Measures the minute and the wait.</param>
internal sealed class KeyGuesses(ILogger<KeyGuesses> logger, TimeProvider timeProvider)
{
    /// <summary>Wrong keys of an address in a minute that are refused at once: those of a caller whose key was replaced.</summary>
    public const int Free = 10;

    /// <summary>The wait before each further refusal.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    // Refusals that wait at once; further ones are refused as too many. And addresses that are counted apart; further ones of a minute count as one.
    private const int MaxWaiting = 256;
    private const int MaxAddresses = 4096;
    private const int NetworkBytes = 8;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock sync = new();
    private readonly Dictionary<IPAddress, int> counts = [];
    private long begin = timeProvider.GetTimestamp();
    private int waiting;

    /// <summary>Counts a wrong key, and waits if its address has sent many.</summary>
    /// <returns>Whether the refusal is that of too many requests, because too many others wait.</returns>
    public async Task<bool> CountAsync(IPAddress? address, CancellationToken cancellationToken)
    {
        if (Add(address ?? IPAddress.None) <= Free)
        {
            return false;
        }

        if (Interlocked.Increment(ref waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref waiting);
            return true;
        }

        try
        {
            await Task.Delay(Wait, timeProvider, cancellationToken);
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    private static IPAddress Network(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(Math.Min(NetworkBytes, bytes.Length)).Clear();
        return new IPAddress(bytes);
    }

    private int Add(IPAddress address)
    {
        int count;
        var key = Network(address);
        lock (sync)
        {
            if (timeProvider.GetElapsedTime(begin) >= Window)
            {
                counts.Clear();
                begin = timeProvider.GetTimestamp();
            }

            if (counts.Count >= MaxAddresses && !counts.ContainsKey(key))
            {
                key = IPAddress.None;
            }

            count = counts.GetValueOrDefault(key) + 1;
            counts[key] = count;
        }

        // One line a power of two, so that guessing does not flood the log.
        if (int.IsPow2(count) && count >= 4)
        {
            logger.UnknownKeys(address, count);
        }

        return count;
    }
}
