using System.Collections.Concurrent;

namespace LLMBlender.Cli.Tests.Hub;

/// <summary>A clock on which every delay is over at once, and noted.</summary>
internal sealed class ImmediateTime : TimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> delays = new();

    /// <summary>The delays, in order.</summary>
    public IReadOnlyList<TimeSpan> Delays => [.. delays];

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > TimeSpan.Zero)
        {
            delays.Enqueue(dueTime);
        }

        return base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.Zero : dueTime, period);
    }
}
