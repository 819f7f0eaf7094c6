using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using LLMBlender.Client;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using StackExchange.Redis;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Stores responses, so that later requests continue them. An entry expires. Thread-safe.</summary>
internal interface IResponseStore
{
    /// <summary>How long an entry is kept.</summary>
    static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Stores an entry; an existing one is kept.</summary>
    /// <exception cref="ResponseStoreException">The store is not available.</exception>
    Task SetAsync(string key, string value);

    /// <summary>Returns an entry; null if it does not exist or has expired.</summary>
    /// <exception cref="ResponseStoreException">The store is not available.</exception>
    Task<string?> GetAsync(string key);
}

/// <summary>Stores responses in this process: the newest, up to a total length.</summary>
internal sealed class MemoryResponseStore(TimeProvider timeProvider) : IResponseStore
{
    private const long MaxLength = 32 * 1024 * 1024;

    private readonly Lock sync = new();
    private readonly Dictionary<string, (string Value, long At)> entries = [];
    private readonly Queue<string> order = new();
    private long length;

    /// <inheritdoc/>
    public Task SetAsync(string key, string value)
    {
        lock (sync)
        {
            if (entries.TryAdd(key, (value, timeProvider.GetTimestamp())))
            {
                order.Enqueue(key);
                length += value.Length;
            }

            while (length > MaxLength)
            {
                entries.Remove(order.Dequeue(), out var oldest);
                length -= oldest.Value.Length;
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<string?> GetAsync(string key)
    {
        lock (sync)
        {
            return Task.FromResult(
                entries.TryGetValue(key, out var entry) && timeProvider.GetElapsedTime(entry.At) < IResponseStore.Lifetime ? entry.Value : null);
        }
    }
}

/// <summary>
/// Stores responses in the cluster's Redis: the newest, up to a total length. An entry's key is listed with its length, so that the oldest ones are
/// deleted; each command has one key, as a Redis Cluster requires. An entry begins with a code of its key and text: one that is damaged, moved or, with a cluster key, written by
/// another program does not exist.
/// </summary>
/// <param name="redis">The connection.</param>
/// <param name="cluster">The cluster, whose id is part of the keys.</param>
/// <param name="seal">Makes the codes.</param>
/// <param name="maxLength">The maximum total length of the entries, in bytes.</param>
internal sealed class RedisResponseStore(IConnectionMultiplexer redis, IOptions<ClusterOptions> cluster, ISeal seal, long maxLength = RedisResponseStore.MaxLength) : IResponseStore
{
    private const long MaxLength = 256 * 1024 * 1024;

    // A command waits for a lost connection; the answer does not.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public Task SetAsync(string key, string value) => RunAsync(async database =>
    {
        var bytes = Write(key, value);
        if (!await database.StringSetAsync(Name(key), bytes, IResponseStore.Lifetime, When.NotExists))
        {
            return true;
        }

        await database.ListLeftPushAsync(Name("order"), $"{bytes.Length} {key}");
        for (var total = await database.StringIncrementAsync(Name("length"), bytes.Length); total > maxLength;)
        {
            if ((string?)await database.ListRightPopAsync(Name("order")) is not { } oldest)
            {
                await database.KeyDeleteAsync(Name("length"));
                break;
            }

            var space = oldest.IndexOf(' ', StringComparison.Ordinal);
            await database.KeyDeleteAsync(Name(oldest[(space + 1)..]));
            total = await database.StringDecrementAsync(Name("length"), long.Parse(oldest[..space], CultureInfo.InvariantCulture));
        }

        return true;
    });

    /// <inheritdoc/>
    public Task<string?> GetAsync(string key) => RunAsync(async database => Read(key, (byte[]?)await database.StringGetAsync(Name(key))));

    private async Task<T> RunAsync<T>(Func<IDatabase, Task<T>> run)
    {
        try
        {
            return await run(redis.GetDatabase()).Observed().WaitAsync(Patience);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new ResponseStoreException("the store of responses is not available", e);
        }
    }

    private byte[] Write(string key, string value)
    {
        var text = Encoding.UTF8.GetBytes(value);
        var entry = new byte[seal.Size + text.Length];
        text.CopyTo(entry, seal.Size);
        seal.Sign(Content(key, text), entry.AsSpan(0, seal.Size));
        return entry;
    }

    private string? Read(string key, byte[]? entry) =>
        entry is not null && entry.Length >= seal.Size && seal.Verify(Content(key, entry.AsSpan(seal.Size)), entry.AsSpan(0, seal.Size))
            ? Encoding.UTF8.GetString(entry, seal.Size, entry.Length - seal.Size) : null;

    private byte[] Content(string key, ReadOnlySpan<byte> text) => [.. Encoding.UTF8.GetBytes($"response:{cluster.Value.ClusterId}:{key}:"), .. text];

    private RedisKey Name(string key) => $"llmblender:response:{cluster.Value.ClusterId}:{key}";
}

/// <summary>The store of responses is not available.</summary>
internal sealed class ResponseStoreException(string message, Exception inner) : Exception(message, inner);

/// <summary>A stored response: its conversation with the answer, in the format of chat completions, and its output items.</summary>
/// <param name="Messages">The messages.</param>
/// <param name="Items">The output items.</param>
internal sealed record StoredResponse(string[] Messages, JsonElement[] Items)
{
    /// <summary>The longest stored response, in characters.</summary>
    private const int MaxLength = 4 * 1024 * 1024;

    /// <summary>Writes the response; null if it is too long to be stored.</summary>
    public string? Write()
    {
        var json = new JsonObject
        {
            ["messages"] = new JsonArray([.. Messages.Select(static message => (JsonNode)message)]),
            ["items"] = new JsonArray([.. Items.Select(static item => JsonNode.Parse(item.GetRawText()))]),
        }.ToJsonString(ChatSource.Plain);
        return json.Length <= MaxLength ? json : null;
    }

    /// <summary>Returns the turns of the conversation in what <see cref="Write"/> wrote; null if it can't be read, as that of another program or version.</summary>
    public static ChatTurn[]? ReadTurns(string json)
    {
        try
        {
            return [.. JsonElement.Parse(json).GetProperty("messages").EnumerateArray().Select(static message => ChatSource.ToTurn(message.GetString()!))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentNullException or JsonFieldException or ApiException)
        {
            return null;
        }
    }

    /// <summary>Returns a stored item; null if it is not JSON.</summary>
    public static JsonElement? ReadItem(string json)
    {
        try
        {
            return JsonElement.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
