using LLMBlender.Abstractions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LLMBlender.Client;

/// <summary>Whether the cluster answers: asks it for its panels.</summary>
internal sealed class ClusterHealthCheck(IBlender blender) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var panels = await blender.GetPanelsAsync(cancellationToken);
            return HealthCheckResult.Healthy($"panels {string.Join(", ", panels.Select(static panel => panel.Name))}");
        }
        catch (Exception e) when (e is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message, e);
        }
    }
}
