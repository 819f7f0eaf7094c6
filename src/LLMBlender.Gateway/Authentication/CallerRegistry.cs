using System.Security.Cryptography;
using System.Text;
using LLMBlender.Gateway.RateLimiting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LLMBlender.Gateway.Authentication;

/// <summary>The configured callers by the hash of their key. Thread-safe.</summary>
internal sealed class CallerRegistry(
    IOptions<GatewayOptions> options, TimeProvider timeProvider, ILogger<CallerRegistry> logger, ISharedCounter? shared = null)
{
    private readonly Dictionary<string, Caller> callers =
        options.Value.Callers.ToDictionary(
            caller => caller.KeySha256.ToLowerInvariant(),
            caller => new Caller(caller, new SpendLedger(caller.Name, shared, timeProvider, logger), timeProvider),
            StringComparer.Ordinal);

    /// <summary>Whether no caller is configured.</summary>
    public bool IsEmpty => callers.Count == 0;

    /// <summary>The caller with a key; null if the key is unknown.</summary>
    public Caller? Find(string key) => callers.GetValueOrDefault(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))));
}
