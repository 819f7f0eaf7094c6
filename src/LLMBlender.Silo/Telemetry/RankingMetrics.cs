using System.Diagnostics.Metrics;

namespace LLMBlender.Silo.Telemetry;

/// <summary>Rankings, by aggregation.</summary>
internal sealed class RankingMetrics
{
    private readonly Histogram<double> duration;
    private readonly Histogram<long> rounds;
    private readonly Histogram<long> comparisons;

    public RankingMetrics(Meter meter)
    {
        duration = meter.CreateHistogram("llmblender.ranking.duration", "s", "Time of a ranking.", null, Buckets.Seconds);
        rounds = meter.CreateHistogram("llmblender.ranking.rounds", "{round}", "Rounds in which a ranking asked for comparisons.", null, Buckets.Count);
        comparisons = meter.CreateHistogram("llmblender.ranking.comparisons", "{comparison}", "Comparisons that a ranking used.", null, Buckets.Count);
    }

    /// <summary>A ranking came to an order.</summary>
    public void Ranked(string aggregation, double seconds, int rounds, int comparisons)
    {
        var tag = new KeyValuePair<string, object?>("aggregation", aggregation);
        duration.Record(seconds, tag);
        this.rounds.Record(rounds, tag);
        this.comparisons.Record(comparisons, tag);
    }
}
