namespace LLMBlender.Client;

/// <summary>A pending call of a <see cref="MonitoredRoute"/>, whose lock protects it.</summary>
internal sealed class MonitoredCall(Guid id) : IDisposable
{
    // A ping can arrive before its call, or after the call has completed but before its answer is received; several pings can on a busy machine.
    private const int MaxUnknown = 4;

    private readonly CancellationTokenSource lost = new();
    private int unknown;

    /// <summary>The call's id in pings.</summary>
    public Guid Id => id;

    /// <summary>Cancelled when the call is lost.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Records a ping's answer. Returns true if the call now counts as lost.</summary>
    public bool Record(bool isExecuting)
    {
        unknown = isExecuting ? 0 : unknown + 1;
        return unknown >= MaxUnknown;
    }

    /// <summary>Cancels the call.</summary>
    public void Cancel() => lost.Cancel();

    /// <inheritdoc/>
    public void Dispose() => lost.Dispose();
}
