using LLMBlender.Local.Panels;
using LLMBlender.Local.Telemetry;
using LLMBlender.Silo.Dispatch;
using LLMBlender.Silo.Models;
using LLMBlender.Silo.Placement;
using Microsoft.Extensions.Hosting;

namespace LLMBlender.Silo.Hosting;

/// <summary>Publishes a silo's gauges and initializes its counters after all services have started, including metric listeners.</summary>
internal sealed class MetricsStart(
    BlendMetrics metrics, LLMBlenderSiloOptions options, SiloModels models, PanelRegistry panels, SiloReadiness readiness, WorkerRoster roster)
    : IHostedLifecycleService
{
    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        metrics.InitializeCounters();
        metrics.Panels.InitializeCounters(panels.Panels.Select(static panel => panel.Name));
        metrics.Silo.Observe(RoleNames.Write(options.Roles).Split(',', StringSplitOptions.RemoveEmptyEntries), () => readiness.Problem() is null, () => roster.Count);
        metrics.Silo.Observe(models.Loaded);
        foreach (var (_, model, accelerator) in models.Loaded.Where(static loaded => loaded.Kind == SiloModels.Ranker))
        {
            metrics.Queue.InitializeCounters(accelerator, model);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
