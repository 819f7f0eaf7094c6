namespace LLMBlender.Abstractions;

/// <summary>A request's time limit, with a cancellation token for its operations.</summary>
public sealed class Deadline : IDisposable
{
    private static readonly TimeSpan MinRemaining = TimeSpan.FromMilliseconds(1);

    private readonly TimeProvider timeProvider;
    private readonly CancellationTokenSource expiry;
    private readonly CancellationTokenSource linked;
    private readonly CancellationToken callers;
    private readonly long start;
    private readonly bool isUnlimited;

    /// <param name="timeout">The time limit, above 0 and at most <see cref="RequestTime.Longest"/>.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <param name="timeProvider">The clock; null for the system's clock.</param>
    /// <exception cref="BlendException">The time limit is outside that range.</exception>
    public Deadline(TimeSpan timeout, CancellationToken cancellationToken, TimeProvider? timeProvider = null)
    {
        if (timeout <= TimeSpan.Zero || timeout > RequestTime.Longest)
        {
            throw BlendException.Invalid(
                "timeout", $"\"timeout\" is {timeout.TotalSeconds:0.###} s, and must be above 0 and at most {RequestTime.Longest.TotalSeconds:0} s");
        }

        this.timeProvider = timeProvider ?? TimeProvider.System;
        (Timeout, callers, start) = (timeout, cancellationToken, this.timeProvider.GetTimestamp());
        expiry = new CancellationTokenSource(timeout, this.timeProvider);
        linked = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
    }

    private Deadline(CancellationToken cancellationToken)
    {
        (timeProvider, isUnlimited) = (TimeProvider.System, true);
        (Timeout, callers) = (RequestTime.Longest, cancellationToken);
        expiry = new CancellationTokenSource();
        linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>Creates a deadline that never passes, for batch work: only the caller can cancel it.</summary>
    public static Deadline Unlimited(CancellationToken cancellationToken) => new(cancellationToken);

    /// <summary>The time limit.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Cancelled when the time limit is reached or the caller cancels.</summary>
    public CancellationToken Token => linked.Token;

    /// <summary>The remaining time, at least 1 ms, so that it is a valid timeout of a further step.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var left = isUnlimited ? Timeout : Timeout - timeProvider.GetElapsedTime(start);
            return left > MinRemaining ? left : MinRemaining;
        }
    }

    /// <summary>Whether the time limit is reached and the caller has not cancelled.</summary>
    public bool IsPassed => linked.IsCancellationRequested && !callers.IsCancellationRequested;

    /// <inheritdoc/>
    public void Dispose()
    {
        linked.Dispose();
        expiry.Dispose();
    }
}
