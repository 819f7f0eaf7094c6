using System.Diagnostics.Metrics;
using System.Reflection;

namespace LLMBlender.Local.Telemetry;

/// <summary>Metrics of a silo: roles, readiness, models, active and refused requests.</summary>
public sealed class SiloMetrics
{
    /// <summary>The silo has reached its limit of active requests.</summary>
    public const string TooManyRequests = "requests";

    /// <summary>The silo is leaving the cluster.</summary>
    public const string Leaving = "leaving";

    /// <summary>The queue has reached its limit of tokens.</summary>
    public const string QueueFull = "queue_full";

    /// <summary>The queue would take longer than the request's remaining time.</summary>
    public const string QueueLate = "queue_late";

    /// <summary>A row of the membership table cannot be read.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>A row of the membership table says what no silo has said.</summary>
    public const string Unsealed = "unsealed";

    // The version, and "+REVISION" of a build that was given its sources' revision.
    internal static readonly string Version = typeof(SiloMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private static readonly string[] Reasons = [TooManyRequests, Leaving, QueueFull, QueueLate];

    private readonly Meter meter;
    private readonly Counter<long> refusals;
    private readonly Counter<long> rejections;

    public SiloMetrics(Meter meter)
    {
        this.meter = meter;
        refusals = meter.CreateCounter<long>("llmblender.refusals", "{request}", "Requests, and parts of them, that a silo refused, by reason.");
        rejections = meter.CreateCounter<long>(
            "llmblender.membership.rejections", "{row}", "Rows of the cluster's membership table in Redis that were not believed, by reason.");
    }

    /// <summary>Counts a refusal.</summary>
    public void Refused(string reason) => refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Counts a row of the membership table that is not believed, <see cref="Unreadable"/> or <see cref="Unsealed"/>.</summary>
    public void MembershipRejected(string reason) => rejections.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Observes the number of active requests and its limit.</summary>
    public void Observe(Func<int> active, int limit)
    {
        meter.CreateObservableGauge("llmblender.requests.active", active, "{request}", "Active requests, and parts of them, in this process.");
        meter.CreateObservableGauge("llmblender.requests.limit", () => limit, "{request}", "Maximum number of active requests in this process.");
    }

    /// <summary>Observes the build, roles, readiness and the number of worker silos.</summary>
    public void Observe(string[] roles, Func<bool> isReady, Func<int> workers)
    {
        Measurement<int>[] all = Array.ConvertAll(roles, static name => new Measurement<int>(1, new KeyValuePair<string, object?>("role", name)));
        meter.CreateObservableGauge(
            "llmblender.build.info", static () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", Version)), null, "1, with the version of this process.");
        meter.CreateObservableGauge("llmblender.silo.role", () => all, null, "1 for each role of this process.");
        meter.CreateObservableGauge("llmblender.silo.ready", () => isReady() ? 1 : 0, null, "Whether this process is ready for requests.");
        meter.CreateObservableGauge("llmblender.silo.workers", workers, "{silo}", "Worker silos in this process's view of the cluster.");
    }

    /// <summary>Observes whether the configuration's last change was applied.</summary>
    public void ObserveReload(Func<bool> isApplied) => meter.CreateObservableGauge(
        "llmblender.config.last.reload.successful", () => isApplied() ? 1 : 0, null, "Whether the last change of the configuration was applied.");

    /// <summary>Observes the loaded models.</summary>
    public void Observe(IEnumerable<(string Kind, string Model, string Accelerator)> models)
    {
        Measurement<int>[] all = [.. models.Select(static model => new Measurement<int>(
            1, new("kind", model.Kind), new("model", model.Model), new("accelerator", model.Accelerator)))];
        meter.CreateObservableGauge("llmblender.model.loaded", () => all, null, "1 for each model that this process has loaded.");
    }

    /// <summary>Initializes the counters of each reason to 0.</summary>
    public void InitializeCounters()
    {
        foreach (var reason in Reasons)
        {
            refusals.Add(0, new KeyValuePair<string, object?>("reason", reason));
        }

        rejections.Add(0, new KeyValuePair<string, object?>("reason", Unreadable));
        rejections.Add(0, new KeyValuePair<string, object?>("reason", Unsealed));
    }
}
