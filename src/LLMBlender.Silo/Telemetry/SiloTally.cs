using LLMBlender.Local.Telemetry;
using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Hosting;

namespace LLMBlender.Silo.Telemetry;

/// <summary>A silo's report on itself.</summary>
internal sealed class SiloTally(
    ILocalSiloDetails local, LLMBlenderSiloOptions options, SiloModels models, Admission admission, CompareQueue queue, BlendMetrics metrics, TimeProvider clock)
{
    private static readonly DateTimeOffset Start = Process.GetCurrentProcess().StartTime;

    /// <summary>How the silo does.</summary>
    public SiloReport Report() => new(local.SiloAddress.ToString(), RoleNames.Write(options.Roles).Split(',', StringSplitOptions.RemoveEmptyEntries))
    {
        Answers = true,
        Uptime = (clock.GetUtcNow() - Start).TotalSeconds,
        ActiveRequests = admission.Inside,
        RequestLimit = options.Admission.MaxRequests,
        QueuedTokens = queue.WaitingTokens,
        QueueLimit = models.Accelerators.Count > 0 ? options.Queue.MaxTokens : 0,
        Accelerators = queue.Accelerators(),
        Comparisons = metrics.Tally.Comparisons,
        Blends = metrics.Tally.Blends,
        FailedBlends = metrics.Tally.FailedBlends,
        Models = [.. models.Loaded.Select(static loaded => loaded.Model).Distinct()],
    };
}
