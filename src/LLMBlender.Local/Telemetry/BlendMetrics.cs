using System.Diagnostics.Metrics;

namespace LLMBlender.Local.Telemetry;

/// <summary>
/// The metrics of a process, on the meter <c>LLMBlender</c>; deploy/METRICS.md describes each. Labels are configured names and
/// fixed words, never text of a request. Safe for concurrent use.
/// </summary>
public sealed class BlendMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "LLMBlender";

    private readonly Meter meter = new(MeterName);

    public BlendMetrics()
    {
        Comparisons = new ComparisonMetrics(meter, Status);
        Queue = new QueueMetrics(meter);
        Rankings = new RankingMetrics(meter);
        Panels = new PanelMetrics(meter);
        Blends = new WorkflowMetrics(meter, Status);
        Chats = new ChatMetrics(meter);
        Silo = new SiloMetrics(meter);
    }

    /// <summary>The counters of the silo's status.</summary>
    public StatusCounters Status { get; } = new();

    /// <summary>Comparisons and their cache.</summary>
    public ComparisonMetrics Comparisons { get; }

    /// <summary>The accelerators and their queue.</summary>
    public QueueMetrics Queue { get; }

    /// <summary>Rankings.</summary>
    public RankingMetrics Rankings { get; }

    /// <summary>Panels and their members.</summary>
    public PanelMetrics Panels { get; }

    /// <summary>Whole blends.</summary>
    public WorkflowMetrics Blends { get; }

    /// <summary>Calls of chat models.</summary>
    public ChatMetrics Chats { get; }

    /// <summary>The silo itself.</summary>
    public SiloMetrics Silo { get; }

    /// <summary>Initializes counters to 0, so that <c>rate()</c> sees the first failure.</summary>
    public void InitializeCounters()
    {
        Comparisons.InitializeCounters();
        Blends.InitializeCounters();
        Silo.InitializeCounters();
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
