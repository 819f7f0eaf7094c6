using LLMBlender.Abstractions;

namespace LLMBlender.Local.Telemetry;

/// <summary>The few counts of a silo that its status shows, beside the metrics, which can't be read back. Safe for concurrent use.</summary>
public sealed class StatusCounters
{
    private readonly long[] comparisons = new long[5];
    private long blends;
    private long failedBlends;

    /// <summary>Blends that came to an answer.</summary>
    public long Blends => Interlocked.Read(ref blends);

    /// <summary>Blends that came to none.</summary>
    public long FailedBlends => Interlocked.Read(ref failedBlends);

    /// <summary>Comparisons so far.</summary>
    public ComparisonReport Comparisons => new(Read(0), Read(1), Read(2), Read(3), Read(4));

    /// <summary>Counts comparisons by result, as <see cref="ComparisonMetrics"/> names it.</summary>
    public void Compared(string result, int count) => Interlocked.Add(
        ref comparisons[result switch
        {
            ComparisonMetrics.Computed => 0,
            ComparisonMetrics.Memory => 1,
            ComparisonMetrics.Redis => 2,
            ComparisonMetrics.Joined => 3,
            _ => 4,
        }],
        count);

    /// <summary>Counts a blend.</summary>
    public void Blended(bool answered) => Interlocked.Increment(ref answered ? ref blends : ref failedBlends);

    private long Read(int place) => Interlocked.Read(ref comparisons[place]);
}
