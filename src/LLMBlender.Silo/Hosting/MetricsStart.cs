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

        if (models.Accelerators.Count > 0)
        {
            metrics.Queue.ObserveMemory(
                [.. models.Accelerators.Where(static accelerator => accelerator.Device is not null).Select(static accelerator => (accelerator.Name, new Func<(long, long)?>(accelerator.Device!.ReadMemory)))]);
            metrics.Queue.ObserveWarmUp(
                from accelerator in models.Accelerators
                from ranker in accelerator.Rankers
                where ranker.WarmUp is not null
                let warmUp = ranker.WarmUp!
                select (accelerator.Name, ranker.Identity.Name, warmUp.BatchTokens, warmUp.Duration.TotalSeconds));
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
