using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Local.Telemetry;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Models;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Silo.Status;

/// <summary>Creates the report of a silo.</summary>
internal sealed class SiloReporter(
    ILocalSiloDetails local, SiloCapabilities capabilities, SiloModels models, Admission admission, CompareQueue queue, BlendMetrics metrics,
    TimeProvider timeProvider)
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
    };
}
