using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Telemetry;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Models;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Silo.Status;

/// <summary>Creates the report of a silo.</summary>
internal sealed class SiloReporter(
    ILocalSiloDetails local, SiloCapabilities capabilities, SiloModels models, Admission admission, CompareQueue queue, BlendMetrics metrics,
    PanelRegistry panels, TimeProvider timeProvider)
{
    private static readonly DateTimeOffset Start = Process.GetCurrentProcess().StartTime;

    /// <summary>Returns the current report.</summary>
    public SiloReport Report() => new(local.SiloAddress.ToString(), RoleNames.Write(capabilities.Roles).Split(',', StringSplitOptions.RemoveEmptyEntries))
    {
        Answers = true,
        Uptime = (timeProvider.GetUtcNow() - Start).TotalSeconds,
        ActiveRequests = admission.Inside,
        RequestLimit = admission.MaxRequests,
        QueuedTokens = queue.WaitingTokens,
        QueueLimit = models.Accelerators.Count > 0 ? queue.MaxTokens : 0,
        Accelerators = queue.Accelerators(),
        Comparisons = metrics.Status.Comparisons,
        Blends = metrics.Status.Blends,
        FailedBlends = metrics.Status.FailedBlends,
        Models = [.. models.Loaded.Select(static loaded => loaded.Model).Distinct()],
        Backends = capabilities.Roles.HasFlag(SiloRoles.Blend) ? [.. panels.Backends.OrderBy(static backend => backend.Name, StringComparer.Ordinal).Select(Report)] : [],
    };

    private BackendReport Report(Backend backend) => new(backend.Name, backend.Settings?.Model, backend.Calls.Answers, backend.Calls.Failures)
    {
        MedianSeconds = backend.Latency.Quantile(0.5)?.TotalSeconds,
        SlowSeconds = backend.Latency.Quantile(0.95)?.TotalSeconds,
        LastError = backend.Calls.LastError,
        LastErrorAge = backend.Calls.LastErrorAge?.TotalSeconds,
    };
}
