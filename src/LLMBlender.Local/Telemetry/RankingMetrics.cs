using System.Diagnostics.Metrics;
using LLMBlender.Abstractions;

namespace LLMBlender.Local.Telemetry;

/// <summary>Rankings, by aggregation, and comparisons of one pair, by order.</summary>
public sealed class RankingMetrics
{
    private readonly Histogram<double> duration;
    private readonly Histogram<long> rounds;
    private readonly Histogram<long> comparisons;
    private readonly Histogram<double> comparing;

    public RankingMetrics(Meter meter)
    {
        duration = meter.CreateHistogram("llmblender.ranking.duration", "s", "Time of a ranking.", null, Buckets.Seconds);
        rounds = meter.CreateHistogram("llmblender.ranking.rounds", "{round}", "Rounds in which a ranking asked for comparisons.", null, Buckets.Count);
        comparisons = meter.CreateHistogram("llmblender.ranking.comparisons", "{comparison}", "Comparisons that a ranking used.", null, Buckets.Count);
        comparing = meter.CreateHistogram("llmblender.compare.duration", "s", "Time of a comparison of one pair that was asked for by itself.", null, Buckets.Seconds);
    }

    /// <summary>A ranking came to an order.</summary>
    public void Ranked(string aggregation, double seconds, int rounds, int comparisons)
    {
        var tag = new KeyValuePair<string, object?>("aggregation", aggregation);
        duration.Record(seconds, tag);
        this.rounds.Record(rounds, tag);
        this.comparisons.Record(comparisons, tag);
    }

    /// <summary>A comparison of one pair, asked for by itself, came to a logit.</summary>
    public void Compared(PairOrder order, double seconds) => comparing.Record(seconds, new KeyValuePair<string, object?>("order", order switch
    {
        PairOrder.Ab => "ab",
        PairOrder.Ba => "ba",
        _ => "both",
    }));
}
