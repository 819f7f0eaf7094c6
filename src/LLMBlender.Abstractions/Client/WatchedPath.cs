using System.Diagnostics.CodeAnalysis;
using Orleans.Runtime.Messaging;

namespace LLMBlender.Abstractions.Client;

/// <summary>One path of <see cref="PathWatch"/>: how many calls are on it, and how long it has been silent.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or wait handle holds nothing to free.")]
internal sealed class WatchedPath(string name)
{
    private readonly Lock gate = new();
    private CancellationTokenSource lost = new();
    private int calls;
    private int silentTicks;
    private int idleTicks;
    private bool pulsing;
    private bool removed;

    /// <summary>The path.</summary>
    public string Name { get; } = name;

    /// <summary>Cancelled when the path is lost.</summary>
    public CancellationToken Lost
    {
        get
        {
            lock (gate)
            {
                return lost.Token;
            }
        }
    }

    /// <summary>Whether it is lost at the moment.</summary>
    public bool IsLost => Lost.IsCancellationRequested;

    /// <summary>Counts a call in; false where the path is no longer watched.</summary>
    public bool TryEnter()
    {
        lock (gate)
        {
            calls += removed ? 0 : 1;
            idleTicks = 0;
            return !removed;
        }
    }

    /// <summary>Counts a call out.</summary>
    public void Leave()
    {
        lock (gate)
        {
            calls--;
        }
    }

    /// <summary>Whether a call's end is the path's fault and not the caller's wish or the grain's own answer.</summary>
    public bool Explains(Exception e, CancellationToken callers) => e switch
    {
        OperationCanceledException => !callers.IsCancellationRequested && IsLost,
        SiloUnavailableException or OrleansMessageRejectionException or ConnectionFailedException => true,
        TimeoutException => true,
        _ => false,
    };

    /// <summary>A tick of the watch.</summary>
    /// <returns>Whether nobody has used the path for long: it is to be watched no more.</returns>
    public bool Tick(int silentLimit, int idleLimit, out bool wantsPulse)
    {
        CancellationTokenSource? toCancel = null;
        lock (gate)
        {
            idleTicks = calls > 0 ? 0 : idleTicks + 1;
            removed = idleTicks > idleLimit;
            if (pulsing && ++silentTicks >= silentLimit)
            {
                toCancel = lost;
            }

            wantsPulse = !pulsing && !removed;
            pulsing |= wantsPulse;
        }

        toCancel?.Cancel();
        return removed;
    }

    /// <summary>The pulse was answered.</summary>
    public void Answered()
    {
        lock (gate)
        {
            (pulsing, silentTicks) = (false, 0);
            if (lost.IsCancellationRequested)
            {
                lost = new CancellationTokenSource();
            }
        }
    }

    /// <summary>The pulse failed: as good as silence, and worth another try.</summary>
    public void Failed()
    {
        CancellationTokenSource? toCancel = null;
        lock (gate)
        {
            pulsing = false;
            if (++silentTicks >= 2)
            {
                toCancel = lost;
            }
        }

        toCancel?.Cancel();
    }
}
