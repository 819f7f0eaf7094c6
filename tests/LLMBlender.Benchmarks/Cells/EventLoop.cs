namespace LLMBlender.Benchmarks.Cells;

/// <summary>The events of a simulation in the order of their times; those of one time in the order in which they were added, so that a seed gives the same run again.</summary>
internal sealed class EventLoop
{
    private readonly PriorityQueue<Action, (double Time, long Number)> events = new();
    private long added;

    /// <summary>Simulated seconds since the start.</summary>
    public double Now { get; private set; }

    /// <summary>Adds an event.</summary>
    /// <param name="delay">Seconds from now, at least 0.</param>
    /// <param name="happen">What happens then.</param>
    public void After(double delay, Action happen) => events.Enqueue(happen, (Now + delay, added++));

    /// <summary>Runs all events up to a time.</summary>
    public void RunUntil(double end)
    {
        while (events.TryPeek(out _, out var next) && next.Time <= end)
        {
            var happen = events.Dequeue();
            Now = next.Time;
            happen();
        }

        Now = end;
    }
}
