namespace LLMBlender.Silo.Caching;

/// <summary>
/// Leaves something that fails alone for a while, twice as long each time; then one call finds out whether it is well again.
/// Safe for concurrent use.
/// </summary>
internal sealed class Rest
{
    private readonly TimeSpan shortest;
    private readonly TimeSpan longest;
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private TimeSpan next;
    private long? until;

    /// <param name="shortest">The first rest, above 0.</param>
    /// <param name="longest">The longest rest.</param>
    /// <param name="clock">Measures it.</param>
    public Rest(TimeSpan shortest, TimeSpan longest, TimeProvider clock)
    {
        (this.shortest, this.longest, this.clock) = (shortest, longest, clock);
        next = shortest;
    }

    /// <summary>Whether to call it now. Says so to one caller at a time after a failure.</summary>
    public bool MayCall()
    {
        lock (gate)
        {
            if (until is not { } end)
            {
                return true;
            }

            var now = clock.GetTimestamp();
            if (now < end)
            {
                return false;
            }

            until = now + Ticks(next);
            return true;
        }
    }

    /// <summary>It is well.</summary>
    public void Succeeded()
    {
        lock (gate)
        {
            (until, next) = (null, shortest);
        }
    }

    /// <summary>It failed.</summary>
    public void Failed()
    {
        lock (gate)
        {
            until = clock.GetTimestamp() + Ticks(next);
            next = next * 2 < longest ? next * 2 : longest;
        }
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);
}
