namespace LLMBlender.Silo.Caching;

/// <summary>
/// A circuit breaker: after a failure, it rejects calls for a break, which doubles with each further failure; then a single call
/// tests whether the dependency works again. Safe for concurrent use.
/// </summary>
internal sealed class CircuitBreaker
{
    private readonly TimeSpan minBreak;
    private readonly TimeSpan maxBreak;
    private readonly TimeProvider timeProvider;
    private readonly Lock gate = new();
    private TimeSpan next;
    private long? until;

    /// <param name="minBreak">The first break, above 0.</param>
    /// <param name="maxBreak">The longest break.</param>
    /// <param name="timeProvider">Measures breaks.</param>
    public CircuitBreaker(TimeSpan minBreak, TimeSpan maxBreak, TimeProvider timeProvider)
    {
        (this.minBreak, this.maxBreak, this.timeProvider) = (minBreak, maxBreak, timeProvider);
        next = minBreak;
    }

    /// <summary>Returns whether a call is allowed now; after a break, true for one caller at a time.</summary>
    public bool TryPass()
    {
        lock (gate)
        {
            if (until is not { } end)
            {
                return true;
            }

            var now = timeProvider.GetTimestamp();
            if (now < end)
            {
                return false;
            }

            until = now + Ticks(next);
            return true;
        }
    }

    /// <summary>Closes the breaker after a successful call.</summary>
    public void Succeeded()
    {
        lock (gate)
        {
            (until, next) = (null, minBreak);
        }
    }

    /// <summary>Opens the breaker after a failed call.</summary>
    public void Failed()
    {
        lock (gate)
        {
            until = timeProvider.GetTimestamp() + Ticks(next);
            next = next * 2 < maxBreak ? next * 2 : maxBreak;
        }
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * timeProvider.TimestampFrequency);
}
