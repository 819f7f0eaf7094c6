using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace LLMBlender.Gateway.Caching;

/// <summary>Stores answers in this process, up to a total size.</summary>
internal sealed class MemoryAnswerStore(IOptions<GatewayOptions> options) : IAnswerStore, IDisposable
{
    private readonly MemoryCache entries = new(new MemoryCacheOptions { SizeLimit = options.Value.MaxCachedBytes });

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReadAsync(string key) => new(entries.Get<byte[]>(key));

    /// <inheritdoc/>
    public ValueTask WriteAsync(string key, byte[] entry, TimeSpan lifetime)
    {
        entries.Set(key, entry, new MemoryCacheEntryOptions { Size = entry.Length, AbsoluteExpirationRelativeToNow = lifetime });
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => entries.Dispose();
}
