using LLMBlender.Abstractions;

namespace LLMBlender.Local.Wire;

/// <summary>Ends a call if no byte arrives for a time. Used by one attempt.</summary>
internal sealed class IdleTimer : IDisposable
{
    private readonly CancellationTokenSource expiry;
    private readonly CancellationTokenSource linked;
    private readonly CancellationToken caller;
    private readonly TimeSpan idle;
    private TimeSpan current;

    /// <param name="settings">The time limits.</param>
    /// <param name="timeProvider">Measures time.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public IdleTimer(WireSettings settings, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        (idle, caller) = (settings.IdleTimeout, cancellationToken);
        current = settings.AttemptTimeout ?? idle;
        expiry = new CancellationTokenSource(current, timeProvider);
        linked = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
    }

    /// <summary>Cancelled after the time limit, or by the caller.</summary>
    public CancellationToken Token => linked.Token;

    /// <summary>Whether the caller cancelled the call.</summary>
    public bool IsCancelled => caller.IsCancellationRequested;

    /// <summary>Starts the time again.</summary>
    public void Restart()
    {
        current = idle;
        expiry.CancelAfter(idle);
    }

    /// <summary>Returns the failure of an exception that the time limit caused; null for others.</summary>
    public BackendException? Failure(Exception e) => e is OperationCanceledException && expiry.IsCancellationRequested && !IsCancelled
        ? new BackendException(BlendFailureReason.TimedOut, $"no byte of its answer within {current.TotalSeconds:0.###} s", e)
        : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        linked.Dispose();
        expiry.Dispose();
    }
}
