namespace LLMBlender.Client;

/// <summary>A call on a <see cref="MonitoredRoute"/>, whose lock guards it.</summary>
internal sealed class MonitoredCall(Guid id) : IDisposable
{
    // A ping may cross the call, or its answer, on the way, and on a busy machine more than one.
    private const int MaxDenials = 4;

    private readonly CancellationTokenSource lost = new();
    private int denials;

    /// <summary>How pings name it.</summary>
    public Guid Id => id;

    /// <summary>Cancelled when the call is lost.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Notes a ping's answer; true where the call now counts as lost.</summary>
    public bool Record(bool isWorkedOn)
    {
        denials = isWorkedOn ? 0 : denials + 1;
        return denials >= MaxDenials;
    }

    /// <summary>Gives the call up.</summary>
    public void Lose() => lost.Cancel();

    /// <inheritdoc/>
    public void Dispose() => lost.Dispose();
}
