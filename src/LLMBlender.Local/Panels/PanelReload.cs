using LLMBlender.Abstractions;
using LLMBlender.Local.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace LLMBlender.Local.Panels;

/// <summary>Applies a changed configuration without a restart; an invalid one is logged and not applied.</summary>
public sealed partial class PanelReload(
    IConfiguration configuration, PanelRegistry registry, DiscoveredBackends found, PanelSources sources, ILogger<PanelReload> logger) : IHostedService, IDisposable
{
    private readonly Lock gate = new();
    private IDisposable? subscription;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        subscription = ChangeToken.OnChange(configuration.GetReloadToken, Apply);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => subscription?.Dispose();

    private void Apply()
    {
        lock (gate)
        {
            try
            {
                var (backends, scorers) = (registry.Backends, registry.Scorers);
                registry.ReplaceWith(PanelRegistryBuilder.Build(PanelConfiguration.Read(configuration), found, sources, registry, note => LogNote(note)));
                Retire([
                    .. backends.Where(old => !ReferenceEquals(registry.FindBackend(old.Name), old)).Select(static old => old.Client),
                    .. scorers.Where(old => !ReferenceEquals(registry.FindScorer(old.Name), old)),
                ]);
                var names = string.Join(", ", registry.Panels.Select(static panel => panel.Name));
                LogApplied(names);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogRefused(e.Message);
            }
        }
    }

    // No request takes longer than this, so that running calls can complete.
    private void Retire(IDisposable[] clients) => _ = Task.Delay(RequestTime.Longest, sources.TimeProvider)
        .ContinueWith(_ => Array.ForEach(clients, static client => client.Dispose()), TaskScheduler.Default);

    [LoggerMessage(Level = LogLevel.Information, Message = "the configuration changed; panels are now {Panels}")]
    private partial void LogApplied(string panels);

    [LoggerMessage(Level = LogLevel.Error, Message = "the changed configuration is not applied: {Problem}")]
    private partial void LogRefused(string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Note}")]
    private partial void LogNote(string note);
}
