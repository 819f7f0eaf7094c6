using System.Diagnostics;
using LLMBlender.Local.Comparing;
using LLMBlender.Silo.Comparing;

namespace LLMBlender.Benchmarks.Cluster;

/// <summary>
/// An accelerator of a fixed speed, which sleeps for as long as its comparisons would take it; or one that costs nothing.
/// </summary>
/// <param name="perSecond">Comparisons a second; null for no cost at all.</param>
internal sealed class TimedComparer(double? perSecond) : IPairRanker
{
    private static readonly Record Any = new();
    private long free = Stopwatch.GetTimestamp();

    // A few tens of comparisons a call, as an accelerator's batch holds.
    public static LoadedRanker Load(double? perSecond) => new(new RankerIdentity("timed", "v1"), new TimedComparer(perSecond), 32 * Record.Length);

    public IPairRecord Encode(string source, IReadOnlyList<string> candidates) => Any;

    public long Compare(
        ReadOnlySpan<RecordPair> pairs, Span<float> logits, Action<int>? completed = null, CancellationToken cancellationToken = default)
    {
        for (var i = 0; i < pairs.Length; i++)
        {
            logits[i] = pairs[i].First - pairs[i].Second;
        }

        if (perSecond is { } speed)
        {
            Sleep(pairs.Length / speed);
        }

        return (long)pairs.Length * Record.Length;
    }

    public void Dispose()
    {
    }

    // Sleeping is coarse: what one call slept too long the next one sleeps less, as long as there was no pause between.
    private void Sleep(double seconds)
    {
        var now = Stopwatch.GetTimestamp();
        var tick = (long)(0.005 * Stopwatch.Frequency);
        free = Math.Max(free, now - tick) + (long)(seconds * Stopwatch.Frequency);
        var wait = (free - now) / (double)Stopwatch.Frequency;
        if (wait > 0)
        {
            Thread.Sleep(TimeSpan.FromSeconds(wait));
        }
    }

    private sealed class Record : IPairRecord
    {
        public const int Length = 128;

        public int PairLength(int first, int second) => Length;
    }
}
