namespace LLMBlender.Client;

/// <summary>A call that someone waits for on a <see cref="WatchedPath"/>, which guards it.</summary>
public sealed class WatchedCall(Guid id) : IDisposable
{
    // A pulse may cross the call, or its answer, on the way, and on a busy machine more than one.
    private const int MostDenials = 4;

    private readonly CancellationTokenSource lost = new();
    private int denials;

    /// <summary>How pulses name it.</summary>
    public Guid Id => id;

    /// <summary>Cancelled when the call is lost.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>A pulse said whether the call is being worked on; true where it now counts as lost.</summary>
    public bool Hear(bool isWorkedOn)
    {
        denials = isWorkedOn ? 0 : denials + 1;
        return denials >= MostDenials;
    }

    /// <summary>Gives the call up.</summary>
    public void Lose() => lost.Cancel();

    /// <inheritdoc/>
    public void Dispose() => lost.Dispose();
}
