namespace LLMBlender.Silo;

/// <summary>How long an object has not been in use, by elapsed time. Thread-safe.</summary>
internal sealed class IdleTime(TimeProvider timeProvider)
{
    private long lastUse = timeProvider.GetTimestamp();
    private int running;

    /// <summary>Begins a use, until <see cref="Leave"/>.</summary>
    public void Enter() => Interlocked.Increment(ref running);

    /// <summary>Ends a use.</summary>
    public void Leave()
    {
        Volatile.Write(ref lastUse, timeProvider.GetTimestamp());
        Interlocked.Decrement(ref running);
    }

    /// <summary>Whether it has not been in use for a time.</summary>
    public bool IsOver(TimeSpan time) => Volatile.Read(ref running) == 0 && timeProvider.GetElapsedTime(Volatile.Read(ref lastUse)) >= time;
}
