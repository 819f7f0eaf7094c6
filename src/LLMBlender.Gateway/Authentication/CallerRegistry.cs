using System.Security.Cryptography;
using System.Text;
using LLMBlender.Gateway.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace LLMBlender.Gateway.Authentication;

/// <summary>
/// The configured callers by the hash of their key. A changed configuration applies without a restart, if it is valid and still has callers. Thread-safe.
/// </summary>
internal sealed class CallerRegistry : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, SpendLedger> ledgers = new(StringComparer.Ordinal);
    private readonly GatewayOptions started;
    private readonly TimeProvider timeProvider;
    private readonly ILogger<CallerRegistry> logger;
    private readonly ISharedCounter? shared;
    private readonly IDisposable? subscription;
    private volatile Dictionary<string, Caller> callers;

    public CallerRegistry(
        IOptions<GatewayOptions> options, TimeProvider timeProvider, ILogger<CallerRegistry> logger, ISharedCounter? shared = null, IConfiguration? configuration = null)
    {
        (started, this.timeProvider, this.logger, this.shared) = (options.Value, timeProvider, logger, shared);
        callers = Create(started.Callers, []);
        subscription = configuration is null ? null : ChangeToken.OnChange(configuration.GetReloadToken, () => Apply(configuration.GetSection(GatewayOptions.Section)));
    }

    /// <summary>Whether no caller is configured.</summary>
    public bool IsEmpty => callers.Count == 0;

    /// <summary>The caller with a key; null if the key is unknown.</summary>
    public Caller? Find(string key) => callers.GetValueOrDefault(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))));

    /// <inheritdoc/>
    public void Dispose() => subscription?.Dispose();

    private void Apply(IConfigurationSection section)
    {
        lock (gate)
        {
            try
            {
                var changed = new GatewayOptions();
                section.Bind(changed, static binder => binder.ErrorOnUnknownConfiguration = true);
                Apply(changed);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                logger.CallersNotApplied(e.Message);
            }
        }
    }

    private void Apply(GatewayOptions changed)
    {
        if (new GatewayOptionsValidator().Validate(null, changed) is { Failed: true } result)
        {
            logger.CallersNotApplied(result.FailureMessage ?? "it is invalid");
            return;
        }

        // Without callers every request of this machine is accepted, which a file that is away for a moment must not cause.
        if (changed.Callers.Length == 0 != (started.Callers.Length == 0))
        {
            logger.CallersNotApplied("the first caller and the removal of the last one need a restart");
            return;
        }

        var before = callers;
        callers = Create(changed.Callers, before);
        var (added, removed) = (callers.Keys.Except(before.Keys).Count(), before.Keys.Except(callers.Keys).Count());
        if (added + removed > 0)
        {
            logger.CallersApplied(added, removed);
        }

        if (changed.AllowAnonymous != started.AllowAnonymous || changed.MaxRequestBytes != started.MaxRequestBytes
            || !changed.AllowedOrigins.SequenceEqual(started.AllowedOrigins) || !changed.AllowedHosts.SequenceEqual(started.AllowedHosts))
        {
            logger.NeedsRestart();
        }
    }

    // A caller keeps its usage, and its window of a minute if nothing of it changed.
    private Dictionary<string, Caller> Create(CallerOptions[] options, Dictionary<string, Caller> before) => options.ToDictionary(
        static caller => caller.KeySha256.ToLowerInvariant(),
        caller => before.GetValueOrDefault(caller.KeySha256.ToLowerInvariant()) is { } known && known.Has(caller) ? known : new Caller(caller, LedgerOf(caller.Name), timeProvider),
        StringComparer.Ordinal);

    private SpendLedger LedgerOf(string name)
    {
        if (!ledgers.TryGetValue(name, out var ledger))
        {
            ledgers.Add(name, ledger = new SpendLedger(name, shared, timeProvider, logger));
        }

        return ledger;
    }
}
