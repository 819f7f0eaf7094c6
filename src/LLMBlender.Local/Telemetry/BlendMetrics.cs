using System.Diagnostics.Metrics;

namespace LLMBlender.Local.Telemetry;

/// <summary>
/// A process's metrics, on the meter <c>LLMBlender</c>; deploy/METRICS.md describes each. Labels are configured names and
/// fixed words, never anything out of a request. Safe for concurrent use.
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

    /// <summary>The counts that the silo's status shows.</summary>
    public StatusCounters Status { get; } = new();

    /// <summary>Comparisons and where they are kept.</summary>
    public ComparisonMetrics Comparisons { get; }

    /// <summary>The accelerators and what waits for them.</summary>
    public QueueMetrics Queue { get; }

    /// <summary>Rankings.</summary>
    public RankingMetrics Rankings { get; }

    /// <summary>The panels' members.</summary>
    public PanelMetrics Panels { get; }

    /// <summary>Whole blends.</summary>
    public WorkflowMetrics Blends { get; }

    /// <summary>Calls of chat models.</summary>
    public ChatMetrics Chats { get; }

    /// <summary>The silo itself.</summary>
    public SiloMetrics Silo { get; }

    /// <summary>Initialises counters to 0, so that <c>rate()</c> sees the first failure.</summary>
    public void InitializeCounters()
    {
        Comparisons.InitializeCounters();
        Blends.InitializeCounters();
        Silo.InitializeCounters();
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();
}
