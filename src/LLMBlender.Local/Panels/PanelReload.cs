using LLMBlender.Abstractions;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace LLMBlender.Local.Panels;

/// <summary>
/// Applies a changed configuration without a restart. An invalid one is logged and not applied, nor one without panels where panels are in
/// use: the last valid panels stay. A changed file of LiteLLM's applies too.
/// </summary>
public sealed partial class PanelReload(
    IConfiguration configuration, PanelRegistry registry, DiscoveredBackends found, PanelSources sources, BlendMetrics? metrics, ILogger<PanelReload> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private IDisposable? subscription;
    private ITimer? timer;
    private byte[]? listed;
    private byte[]? lastRead;
    private volatile string? problem;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        metrics?.Silo.ObserveReload(() => problem is null);
        subscription = ChangeToken.OnChange(configuration.GetReloadToken, Apply);
        listed = lastRead = ReadListed();
        timer = sources.TimeProvider.CreateTimer(_ => ApplyListed(), null, Interval, Interval);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        subscription?.Dispose();
        timer?.Dispose();
    }

    // LiteLLM's file is no source of the configuration. A file that is being written is read whole when it was the same twice.
    private void ApplyListed()
    {
        lock (gate)
        {
            var (now, before) = (ReadListed(), lastRead);
            lastRead = now;
            if (Same(now, listed) || !Same(now, before))
            {
                return;
            }

            listed = now;
        }

        Apply();
    }

    private byte[]? ReadListed()
    {
        try
        {
            return configuration[$"{PanelConfiguration.Section}:{nameof(PanelSection.LiteLLM)}"] is { Length: > 0 } file ? File.ReadAllBytes(file) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool Same(byte[]? one, byte[]? other) => one is null || other is null ? one == other : one.AsSpan().SequenceEqual(other);

    private void Apply()
    {
        lock (gate)
        {
            try
            {
                if (FileProblem() is { } unread)
                {
                    throw new SettingsException(unread);
                }

                var section = PanelConfiguration.Read(configuration);
                if (section is { Panels: [], LiteLLM: null } && HasConfiguredPanels())
                {
                    throw new SettingsException("it has no panels, and the panels in use are not replaced by the sample panel; a restart applies it");
                }

                var (backends, scorers) = (registry.Backends, registry.Scorers);
                registry.ReplaceWith(PanelRegistryBuilder.Build(section, found, sources, registry, note => LogNote(note)));
                Retire([
                    .. backends.Where(old => !ReferenceEquals(registry.FindBackend(old.Name), old)).Select(static old => old.Client),
                    .. scorers.Where(old => !ReferenceEquals(registry.FindScorer(old.Name), old)),
                ]);
                var names = string.Join(", ", registry.Panels.Select(static panel => panel.Name));
                problem = null;
                LogApplied(names);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                problem = e.Message;
                LogRefused(e.Message);
            }
        }
    }

    private string? FileProblem() => (configuration as IConfigurationRoot)?.Providers.OfType<SettingsFile>()
        .Select(static file => file.Problem).FirstOrDefault(static problem => problem is not null);

    private bool HasConfiguredPanels() => registry.Panels.Any(
        panel => panel.Name != PanelRegistryBuilder.SamplePanel && Array.TrueForAll(found.Panels, other => other.Name != panel.Name));

    // No request takes longer than this, so that running calls can complete.
    private void Retire(IDisposable[] clients) => _ = Task.Delay(RequestTime.Longest, sources.TimeProvider)
        .ContinueWith(_ => Array.ForEach(clients, static client => client.Dispose()), TaskScheduler.Default);

    [LoggerMessage(Level = LogLevel.Information, Message = "the configuration changed; panels are now {Panels}")]
    private partial void LogApplied(string panels);

    [LoggerMessage(Level = LogLevel.Error, Message = "the changed configuration is not applied, and the previous one stays in use: {Problem}")]
    private partial void LogRefused(string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Note}")]
    private partial void LogNote(string note);
}
