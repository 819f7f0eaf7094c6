using Orleans.Runtime.Messaging;

namespace LLMBlender.Client;

/// <summary>One path of <see cref="PathWatch"/>: which calls are on it, and how long it has been silent.</summary>
public sealed class WatchedPath(string name)
{
    private readonly Lock gate = new();
    private readonly HashSet<WatchedCall> calls = [];
    private int silentTicks;
    private int idleTicks;
    private bool pulsing;
    private bool lost;
    private bool removed;

    /// <summary>The path.</summary>
    public string Name { get; } = name;

    /// <summary>Whether it is lost at the moment.</summary>
    public bool IsLost
    {
        get
        {
            lock (gate)
            {
                return lost;
            }
        }
    }

    /// <summary>The calls on it.</summary>
    public Guid[] Calls
    {
        get
        {
            lock (gate)
            {
                return [.. calls.Select(call => call.Id)];
            }
        }
    }

    /// <summary>
    /// Whether a call's end is the path's fault and not the caller's wish or the grain's own answer: the runtime's own
    /// exceptions are about silos that are not there, or not known yet.
    /// </summary>
    public static bool Explains(Exception e, WatchedCall call, CancellationToken callers) => e switch
    {
        OperationCanceledException => !callers.IsCancellationRequested && call.Lost.IsCancellationRequested,
        OrleansException or ConnectionFailedException or TimeoutException => true,
        _ => false,
    };

    /// <summary>Counts a call in; false where the path is no longer watched.</summary>
    public bool TryEnter(WatchedCall call)
    {
        lock (gate)
        {
            idleTicks = 0;
            return !removed && calls.Add(call);
        }
    }

    /// <summary>Counts a call out.</summary>
    public void Leave(WatchedCall call)
    {
        lock (gate)
        {
            calls.Remove(call);
        }
    }

    /// <summary>A tick of the watch.</summary>
    /// <returns>Whether nobody has used the path for long: it is to be watched no more.</returns>
    public bool Tick(int silentLimit, int idleLimit, out bool wantsPulse)
    {
        lock (gate)
        {
            idleTicks = calls.Count > 0 ? 0 : idleTicks + 1;
            removed = idleTicks > idleLimit;
            wantsPulse = !pulsing && !removed;
            if (!pulsing || ++silentTicks < silentLimit)
            {
                pulsing |= wantsPulse;
                return removed;
            }
        }

        Lose();
        return removed;
    }

    /// <summary>The pulse was answered: the path is open, and these calls are not being worked on.</summary>
    public void Answered(Guid[] asked, Guid[] denied)
    {
        List<WatchedCall> gone;
        lock (gate)
        {
            (pulsing, silentTicks, lost) = (false, 0, false);
            gone = [.. calls.Where(call => asked.Contains(call.Id) && call.Hear(!denied.Contains(call.Id)))];
            gone.ForEach(call => calls.Remove(call));
        }

        gone.ForEach(static call => call.Lose());
    }

    /// <summary>The pulse failed: as good as silence, and worth another try.</summary>
    public void Failed()
    {
        lock (gate)
        {
            pulsing = false;
            if (++silentTicks < 2)
            {
                return;
            }
        }

        Lose();
    }

    // Whoever enters from now on may have more luck; those who wait need not wait longer.
    private void Lose()
    {
        List<WatchedCall> gone;
        lock (gate)
        {
            lost = true;
            gone = [.. calls];
            calls.Clear();
        }

        gone.ForEach(static call => call.Lose());
    }
}
