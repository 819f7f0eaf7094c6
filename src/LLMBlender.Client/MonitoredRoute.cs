using Orleans.Runtime.Messaging;

namespace LLMBlender.Client;

/// <summary>A grain that <see cref="SiloFailureDetector"/> pings: its pending calls, and the time without a reply.</summary>
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

    /// <summary>Whether the route is currently lost.</summary>
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

    /// <summary>The ids of the pending calls.</summary>
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
    /// Whether a call failed because of the route, not by the caller's cancellation or an exception of the grain: the runtime's own
    /// exceptions report silos that are missing or not yet known.
    /// </summary>
    public static bool IsRouteFailure(Exception e, MonitoredCall call, CancellationToken callers) => e switch
    {
        OperationCanceledException => !callers.IsCancellationRequested && call.Lost.IsCancellationRequested,
        OrleansException or ConnectionFailedException or TimeoutException => true,
        _ => false,
    };

    /// <summary>Adds a pending call. Returns false if the route is no longer monitored.</summary>
    public bool TryEnter(MonitoredCall call)
    {
        lock (gate)
        {
            idleTicks = 0;
            return !removed && calls.Add(call);
        }
    }

    /// <summary>Removes a pending call.</summary>
    public void Leave(MonitoredCall call)
    {
        lock (gate)
        {
            calls.Remove(call);
        }
    }

    /// <summary>Processes a tick of the detector.</summary>
    /// <returns>Whether the idle limit is reached, so that the route is no longer monitored.</returns>
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

        MarkLost();
        return removed;
    }

    /// <summary>Records a reply to a ping: the route is not lost, and the silo does not execute the calls in <paramref name="unknown"/>.</summary>
    public void Answered(Guid[] asked, Guid[] unknown)
    {
        List<MonitoredCall> gone;
        lock (gate)
        {
            (pinging, silentTicks, lost) = (false, 0, false);
            gone = [.. calls.Where(call => asked.Contains(call.Id) && call.Record(!unknown.Contains(call.Id)))];
            gone.ForEach(call => calls.Remove(call));
        }

        gone.ForEach(static call => call.Cancel());
    }

    /// <summary>Records a failed ping. It counts as a missing reply; a second failure loses the route.</summary>
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

        MarkLost();
    }

    // Cancels all pending calls. Later calls may succeed.
    private void MarkLost()
    {
        List<MonitoredCall> gone;
        lock (gate)
        {
            lost = true;
            gone = [.. calls];
            calls.Clear();
        }

        gone.ForEach(static call => call.Cancel());
    }
}
