using System.Diagnostics;
using System.Threading.Channels;
using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Local.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace LLMBlender.Silo.Caching;

/// <summary>Comparisons in Redis: read in one round trip for each request, written in the background in pipelined batches.</summary>
/// <remarks>
/// Failures of Redis and corrupt entries make answers slower, never wrong: a read that fails or times out is a miss, a write that
/// fails is dropped, and after a failure a circuit breaker rejects calls for a break.
/// </remarks>
internal sealed partial class RedisComparisonStore : IComparisonStore, IAsyncDisposable
{
    private const int KeysPerCommand = 512;
    private static readonly byte[] Prefix = "llmblender:cmp:"u8.ToArray();

    private readonly IConnectionMultiplexer redis;
    private readonly ComparisonCacheOptions options;
    private readonly StoredLogit format;
    private readonly ComparisonMetrics metrics;
    private readonly ILogger<RedisComparisonStore> logger;
    private readonly CircuitBreaker reading;
    private readonly CircuitBreaker writing;
    private readonly Channel<(ComparisonKey Key, float Logit)> pending;
    private readonly CancellationTokenSource stop = new();
    private readonly Task writer;
    private bool? isCluster;

    public RedisComparisonStore(
        IConnectionMultiplexer redis,
        IOptions<ComparisonCacheOptions> options,
        StoredLogit format,
        BlendMetrics metrics,
        TimeProvider timeProvider,
        ILogger<RedisComparisonStore> logger)
    {
        (this.redis, this.options, this.format, this.metrics, this.logger) = (redis, options.Value, format, metrics.Comparisons, logger);
        reading = new CircuitBreaker(this.options.ShortestRest, this.options.LongestRest, timeProvider);
        writing = new CircuitBreaker(this.options.ShortestRest, this.options.LongestRest, timeProvider);
        pending = Channel.CreateBounded<(ComparisonKey, float)>(
            new BoundedChannelOptions(this.options.MaxPendingWrites) { SingleReader = true }, _ => { });
        writer = Task.Run(WriteAllAsync);
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(ReadOnlyMemory<ComparisonKey> keys, Memory<float> logits, CancellationToken cancellationToken)
    {
        if (!reading.TryPass())
        {
            metrics.CacheFailed("skipped");
            return 0;
        }

        using var span = BlendTracing.Start("MGET", ActivityKind.Client)?
            .SetTag("db.system.name", "redis").SetTag("db.operation.name", "MGET").SetTag("db.operation.batch.size", keys.Length);
        try
        {
            var values = await GetAsync(keys.Span).Observed().WaitAsync(options.ReadTimeout, cancellationToken);
            reading.Succeeded();
            var found = Take(keys.Span, values, logits.Span);
            metrics.LookedUp(ComparisonMetrics.Redis, found, keys.Length - found);
            span?.SetTag("llmblender.cache.hits", found);
            return found;
        }
        catch (Exception e) when (IsFailure(e, cancellationToken))
        {
            reading.Failed();
            metrics.CacheFailed("read");
            span.Fail(FailureReasonLabels.Of(BlendFailureReason.Unreachable));
            LogReadFailed(e.Message);
            return 0;
        }
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<ComparisonKey> keys, ReadOnlySpan<float> logits)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            if (!pending.Writer.TryWrite((keys[i], logits[i])))
            {
                metrics.CacheFailed("dropped", keys.Length - i);
                return;
            }
        }
    }

    /// <summary>Writes pending logits within the write time limit, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        pending.Writer.TryComplete();
        stop.CancelAfter(options.WriteTimeout);
        await writer;
        stop.Dispose();
    }

    // The library throws several types that have no common base, and whatever it throws is a miss.
    private static bool IsFailure(Exception e, CancellationToken cancellationToken) =>
        e is not OutOfMemoryException && !(e is OperationCanceledException && cancellationToken.IsCancellationRequested);

    private Task<RedisValue[]> GetAsync(ReadOnlySpan<ComparisonKey> keys)
    {
        if (IsCluster())
        {
            return GetSinglyAsync(keys);
        }

        var commands = new List<Task<RedisValue[]>>();
        var database = redis.GetDatabase();
        for (var start = 0; start < keys.Length; start += KeysPerCommand)
        {
            var part = keys[start..Math.Min(keys.Length, start + KeysPerCommand)];
            var names = new RedisKey[part.Length];
            for (var i = 0; i < names.Length; i++)
            {
                names[i] = Name(part[i]);
            }

            commands.Add(database.StringGetAsync(names));
        }

        return commands is [var only] ? only : JoinAsync(commands);
    }

    // Keys of one command must be in one slot of a Redis Cluster; keys of comparisons are in all of them.
    private bool IsCluster()
    {
        if (isCluster is { } known)
        {
            return known;
        }

        IServer[] servers = [.. redis.GetServers().Where(static server => server.IsConnected)];
        if (servers.Length > 0)
        {
            isCluster = Array.Exists(servers, static server => server.ServerType is ServerType.Cluster);
        }

        return isCluster ?? false;
    }

    // One command for each key, pipelined: still one round trip for each node of the cluster.
    private Task<RedisValue[]> GetSinglyAsync(ReadOnlySpan<ComparisonKey> keys)
    {
        var database = redis.GetDatabase();
        var commands = new Task<RedisValue>[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            commands[i] = database.StringGetAsync(Name(keys[i]));
        }

        return Task.WhenAll(commands);
    }

    private static async Task<RedisValue[]> JoinAsync(List<Task<RedisValue[]>> commands) =>
        [.. (await Task.WhenAll(commands)).SelectMany(values => values)];

    private int Take(ReadOnlySpan<ComparisonKey> keys, RedisValue[] values, Span<float> logits)
    {
        var (found, corrupt) = (0, 0);
        for (var i = 0; i < keys.Length; i++)
        {
            if (values[i].IsNull)
            {
                continue;
            }

            if (format.TryRead(keys[i], ((ReadOnlyMemory<byte>)values[i]).Span, out var logit))
            {
                logits[i] = logit;
                found++;
            }
            else
            {
                corrupt++;
            }
        }

        metrics.CacheFailed("corrupt", corrupt);
        return found;
    }

    private async Task WriteAllAsync()
    {
        var batch = new List<(ComparisonKey Key, float Logit)>();
        try
        {
            while (await pending.Reader.WaitToReadAsync(stop.Token))
            {
                batch.Clear();
                while (batch.Count < KeysPerCommand && pending.Reader.TryRead(out var entry))
                {
                    batch.Add(entry);
                }

                await WriteAsync(batch);
            }
        }
        catch (OperationCanceledException)
        {
            metrics.CacheFailed("dropped", pending.Reader.Count);
        }
    }

    private async Task WriteAsync(List<(ComparisonKey Key, float Logit)> entries)
    {
        if (!writing.TryPass())
        {
            metrics.CacheFailed("dropped", entries.Count);
            return;
        }

        try
        {
            var commands = redis.GetDatabase().CreateBatch();
            var written = entries.ConvertAll(entry => (Task)commands.StringSetAsync(
                Name(entry.Key), format.Write(entry.Key, entry.Logit), options.Expiry));
            commands.Execute();
            await Task.WhenAll(written).Observed().WaitAsync(options.WriteTimeout, stop.Token);
            writing.Succeeded();
        }
        catch (Exception e) when (IsFailure(e, stop.Token))
        {
            writing.Failed();
            metrics.CacheFailed("write");
            metrics.CacheFailed("dropped", entries.Count);
            LogWriteFailed(e.Message);
        }
    }

    private static RedisKey Name(ComparisonKey key)
    {
        var name = new byte[Prefix.Length + ComparisonKey.Size];
        Prefix.CopyTo(name, 0);
        key.CopyTo(name.AsSpan(Prefix.Length));
        return name;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis could not be read ({Cause}): comparisons are computed instead")]
    private partial void LogReadFailed(string cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis could not be written ({Cause}): comparisons are not stored there")]
    private partial void LogWriteFailed(string cause);
}
