using System.Diagnostics.Metrics;
using LLMBlender.Abstractions;

namespace LLMBlender.Local.Telemetry;

/// <summary>Metrics of rankings, by aggregation, and of comparisons of one pair, by order.</summary>
public sealed class RankingMetrics
{
    private readonly Histogram<double> duration;
    private readonly Histogram<long> rounds;
    private readonly Histogram<long> comparisons;
    private readonly Histogram<double> comparing;

    public RankingMetrics(Meter meter)
    {
        duration = meter.CreateHistogram("llmblender.ranking.duration", "s", "Time of a ranking.", null, Buckets.Seconds);
        rounds = meter.CreateHistogram("llmblender.ranking.rounds", "{round}", "Rounds of comparisons in a ranking.", null, Buckets.Count);
        comparisons = meter.CreateHistogram("llmblender.ranking.comparisons", "{comparison}", "Comparisons that a ranking used.", null, Buckets.Count);
        comparing = meter.CreateHistogram("llmblender.compare.duration", "s", "Time of a comparison of one pair outside of a ranking.", null, Buckets.Seconds);
    }

    /// <summary>Records a ranking.</summary>
    public void Ranked(string aggregation, double seconds, int rounds, int comparisons)
    {
        var tag = new KeyValuePair<string, object?>("aggregation", aggregation);
        duration.Record(seconds, tag);
        this.rounds.Record(rounds, tag);
        this.comparisons.Record(comparisons, tag);
    }

    /// <summary>Records a comparison of one pair outside of a ranking.</summary>
    public void Compared(PairOrder order, double seconds) => comparing.Record(seconds, new KeyValuePair<string, object?>("order", order switch
    {
        PairOrder.Ab => "ab",
        PairOrder.Ba => "ba",
        _ => "both",
    }));
}
