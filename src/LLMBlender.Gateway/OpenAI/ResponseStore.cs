using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using StackExchange.Redis;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Stores responses, so that later requests continue them. An entry expires. Thread-safe.</summary>
internal interface IResponseStore
{
    /// <summary>How long an entry is kept.</summary>
    static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Stores an entry.</summary>
    Task SetAsync(string key, string value);

    /// <summary>Returns an entry; null if it does not exist or has expired.</summary>
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
/// Stores responses in the cluster's Redis. If Redis fails, a response is not stored, and a stored one is temporarily unavailable.
/// </summary>
internal sealed partial class RedisResponseStore(IConnectionMultiplexer redis, IOptions<ClusterOptions> cluster, ILogger<RedisResponseStore> logger) : IResponseStore
{
    /// <inheritdoc/>
    public async Task SetAsync(string key, string value)
    {
        try
        {
            await redis.GetDatabase().StringSetAsync(Name(key), value, IResponseStore.Lifetime);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotStored(e.GetType().Name);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="BlendException">Redis failed.</exception>
    public async Task<string?> GetAsync(string key)
    {
        try
        {
            return await redis.GetDatabase().StringGetAsync(Name(key));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogNotRead(e.GetType().Name);
            throw new BlendException("request", BlendFailureReason.Unreachable, "stored responses can't be read at the moment: send the conversation itself")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            };
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "a response could not be stored ({Cause}) and can't be continued by its id")]
    private partial void LogNotStored(string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a stored response could not be read ({Cause})")]
    private partial void LogNotRead(string cause);

    private RedisKey Name(string key) => $"llmblender:response:{cluster.Value.ClusterId}:{key}";
}

/// <summary>A stored response: its conversation with the answer, in the format of chat completions, and its output items.</summary>
/// <param name="Messages">The messages.</param>
/// <param name="Items">The output items.</param>
internal sealed record StoredResponse(string[] Messages, JsonElement[] Items)
{
    /// <summary>The longest stored response, in characters.</summary>
    private const int MaxLength = 4 * 1024 * 1024;

    /// <summary>Returns the turns of the conversation.</summary>
    public ChatTurn[] ToTurns() => Array.ConvertAll(Messages, ChatSource.ToTurn);

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

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static StoredResponse Read(string json)
    {
        var root = JsonElement.Parse(json);
        return new StoredResponse(
            [.. root.GetProperty("messages").EnumerateArray().Select(static message => message.GetString()!)], [.. root.GetProperty("items").EnumerateArray()]);
    }
}
