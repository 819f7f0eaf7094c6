using System.Diagnostics.Metrics;

namespace LLMBlender.Local.Telemetry;

/// <summary>A silo's own state: roles, readiness, models, what is under way and what was turned away.</summary>
public sealed class SiloMetrics
{
    /// <summary>More requests are under way than the silo takes.</summary>
    public const string TooManyRequests = "requests";

    /// <summary>The silo is about to leave.</summary>
    public const string Leaving = "leaving";

    /// <summary>More tokens wait for the accelerators than may.</summary>
    public const string QueueFull = "queue_full";

    /// <summary>What waits for the accelerators would take longer than the request has.</summary>
    public const string QueueLate = "queue_late";

    private static readonly string[] Reasons = [TooManyRequests, Leaving, QueueFull, QueueLate];

    private readonly Meter meter;
    private readonly Counter<long> refusals;

    public SiloMetrics(Meter meter)
    {
        this.meter = meter;
        refusals = meter.CreateCounter<long>("llmblender.refusals", "{request}", "Requests, and parts of them, that a silo turned away, by reason.");
    }

    /// <summary>Something was turned away.</summary>
    public void Refused(string reason) => refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Shows what is under way.</summary>
    public void Observe(Func<int> active, int limit)
    {
        meter.CreateObservableGauge("llmblender.requests.active", active, "{request}", "Requests, and parts of them, under way in this process.");
        meter.CreateObservableGauge("llmblender.requests.limit", () => limit, "{request}", "Requests that this process takes on at most.");
    }

    /// <summary>Shows roles, readiness and the silos that compare.</summary>
    public void Observe(string[] roles, Func<bool> isReady, Func<int> workers)
    {
        Measurement<int>[] all = Array.ConvertAll(roles, static name => new Measurement<int>(1, new KeyValuePair<string, object?>("role", name)));
        meter.CreateObservableGauge("llmblender.silo.role", () => all, null, "1 for each role of this process.");
        meter.CreateObservableGauge("llmblender.silo.ready", () => isReady() ? 1 : 0, null, "Whether this process is ready for requests.");
        meter.CreateObservableGauge("llmblender.silo.workers", workers, "{silo}", "Silos that compare, as this process knows the cluster.");
    }

    /// <summary>Shows the models that are loaded.</summary>
    public void Observe(IEnumerable<(string Kind, string Model, string Accelerator)> models)
    {
        Measurement<int>[] all = [.. models.Select(static model => new Measurement<int>(
            1, new("kind", model.Kind), new("model", model.Model), new("accelerator", model.Accelerator)))];
        meter.CreateObservableGauge("llmblender.model.loaded", () => all, null, "1 for each model that this process has loaded.");
    }

    /// <summary>Initialises the counters of each reason.</summary>
    public void InitializeCounters()
    {
        foreach (var reason in Reasons)
        {
            refusals.Add(0, new KeyValuePair<string, object?>("reason", reason));
        }
    }
}
