using Orleans.Runtime.Messaging;

namespace LLMBlender.Client;

/// <summary>One grain that <see cref="SiloFailureDetector"/> pings: which calls wait for it, and how long it has been silent.</summary>
internal sealed class MonitoredRoute(GrainId grain)
{
    private readonly Lock gate = new();
    private readonly HashSet<MonitoredCall> calls = [];
    private int silentTicks;
    private int idleTicks;
    private bool pinging;
    private bool lost;
    private bool removed;

    /// <summary>The grain.</summary>
    public GrainId Grain => grain;

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
    /// Whether the route made a call fail, and neither the caller's cancellation nor the grain: the runtime's own exceptions are about
    /// silos that are not there, or not known yet.
    /// </summary>
    public static bool Explains(Exception e, MonitoredCall call, CancellationToken callers) => e switch
    {
        OperationCanceledException => !callers.IsCancellationRequested && call.Lost.IsCancellationRequested,
        OrleansException or ConnectionFailedException or TimeoutException => true,
        _ => false,
    };

    /// <summary>Counts a call in; false where the route is no longer monitored.</summary>
    public bool TryEnter(MonitoredCall call)
    {
        lock (gate)
        {
            idleTicks = 0;
            return !removed && calls.Add(call);
        }
    }

    /// <summary>Counts a call out.</summary>
    public void Leave(MonitoredCall call)
    {
        lock (gate)
        {
            calls.Remove(call);
        }
    }

    /// <summary>A tick of the detector.</summary>
    /// <returns>Whether the route has been unused for so long that it is monitored no more.</returns>
    public bool Tick(int silentLimit, int idleLimit, out bool wantsPing)
    {
        lock (gate)
        {
            idleTicks = calls.Count > 0 ? 0 : idleTicks + 1;
            removed = idleTicks > idleLimit;
            wantsPing = !pinging && !removed;
            if (!pinging || ++silentTicks < silentLimit)
            {
                pinging |= wantsPing;
                return removed;
            }
        }

        Lose();
        return removed;
    }

    /// <summary>The ping was answered: the route is open, and the silo does not work on some calls.</summary>
    public void Answered(Guid[] asked, Guid[] denied)
    {
        List<MonitoredCall> gone;
        lock (gate)
        {
            (pinging, silentTicks, lost) = (false, 0, false);
            gone = [.. calls.Where(call => asked.Contains(call.Id) && call.Record(!denied.Contains(call.Id)))];
            gone.ForEach(call => calls.Remove(call));
        }

        gone.ForEach(static call => call.Lose());
    }

    /// <summary>The ping failed: it counts as silence, and is tried once more.</summary>
    public void Failed()
    {
        lock (gate)
        {
            pinging = false;
            if (++silentTicks < 2)
            {
                return;
            }
        }

        Lose();
    }

    // Later calls may succeed; those that wait are given up.
    private void Lose()
    {
        List<MonitoredCall> gone;
        lock (gate)
        {
            lost = true;
            gone = [.. calls];
            calls.Clear();
        }

        gone.ForEach(static call => call.Lose());
    }
}
