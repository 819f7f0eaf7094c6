using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using StackExchange.Redis;

namespace LLMBlender.Gateway.RateLimiting;

/// <summary>
/// Counts usage in the cluster's Redis: an expiring hash for each caller and day, with a sealed field for each gateway that holds its own totals. The sum of the fields is the usage; a field that
/// is damaged, moved or, with a cluster key, written by another program does not count. Thread-safe.
/// </summary>
internal sealed class RedisCounter(IConnectionMultiplexer redis, IOptions<ClusterOptions> cluster, ISeal seal) : ISharedCounter
{
    private const int Length = 2 * sizeof(long);
    private static readonly TimeSpan Retention = TimeSpan.FromDays(2);

    private readonly Lock gate = new();
    private readonly Dictionary<(string Caller, DateOnly Day), (long Billionths, long Tokens)> own = [];
    private readonly string gateway = Guid.NewGuid().ToString("N");

    /// <inheritdoc/>
    public async Task<(long Billionths, long Tokens)> AddAsync(string caller, DateOnly day, long billionths, long tokens)
    {
        RedisKey key = $"llmblender:spent:{cluster.Value.ClusterId}:{caller}:{day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}";
        var totals = Add(caller, day, billionths, tokens);
        try
        {
            var both = redis.GetDatabase().CreateTransaction();
            var write = both.HashSetAsync(key, gateway, Write($"{key}:{gateway}", totals));
            var fields = both.HashGetAllAsync(key);
            var expire = both.KeyExpireAsync(key, Retention);
            await both.ExecuteAsync();
            await write;
            await expire;
            return Sum(key!, await fields);
        }
        catch
        {
            // The caller counts it again.
            Add(caller, day, -billionths, -tokens);
            throw;
        }
    }

    private (long Billionths, long Tokens) Add(string caller, DateOnly day, long billionths, long tokens)
    {
        lock (gate)
        {
            foreach (var past in own.Keys.Where(past => past.Day < day.AddDays(-1)).ToArray())
            {
                own.Remove(past);
            }

            var (hadBillionths, hadTokens) = own.GetValueOrDefault((caller, day));
            return own[(caller, day)] = (hadBillionths + billionths, hadTokens + tokens);
        }
    }

    private byte[] Write(string name, (long Billionths, long Tokens) totals)
    {
        var field = new byte[Length + seal.Size];
        BinaryPrimitives.WriteInt64LittleEndian(field, totals.Billionths);
        BinaryPrimitives.WriteInt64LittleEndian(field.AsSpan(sizeof(long)), totals.Tokens);
        seal.Sign(Content(name, field), field.AsSpan(Length));
        return field;
    }

    private (long Billionths, long Tokens) Sum(string key, HashEntry[] fields)
    {
        var (billionths, tokens) = (0L, 0L);
        foreach (var field in fields)
        {
            var bytes = (byte[]?)field.Value ?? [];
            if (bytes.Length == Length + seal.Size && seal.Verify(Content($"{key}:{field.Name}", bytes), bytes.AsSpan(Length)))
            {
                billionths += BinaryPrimitives.ReadInt64LittleEndian(bytes);
                tokens += BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(sizeof(long)));
            }
        }

        return (billionths, tokens);
    }

    private static byte[] Content(string name, ReadOnlySpan<byte> field) => [.. Encoding.UTF8.GetBytes($"spent:{name}:"), .. field[..Length]];
}
