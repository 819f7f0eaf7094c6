using LLMBlender.Abstractions;

namespace LLMBlender.Local.Telemetry;

/// <summary>The counters of a silo's status, kept besides the metrics because instruments can't be read. Safe for concurrent use.</summary>
public sealed class StatusCounters
{
    private readonly long[] comparisons = new long[5];
    private long blends;
    private long failedBlends;

    /// <summary>Blends that returned an answer.</summary>
    public long Blends => Interlocked.Read(ref blends);

    /// <summary>Blends that failed or were cancelled.</summary>
    public long FailedBlends => Interlocked.Read(ref failedBlends);

    /// <summary>Comparisons by result.</summary>
    public ComparisonReport Comparisons => new(Read(0), Read(1), Read(2), Read(3), Read(4));

    /// <summary>Counts comparisons by result, a constant of <see cref="ComparisonMetrics"/>.</summary>
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

    private long Read(int index) => Interlocked.Read(ref comparisons[index]);
}
